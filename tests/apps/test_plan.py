"""The plan and its trial (APP-04, APP-05)."""

from __future__ import annotations

from types import ModuleType

import pytest

from app.apps import integrations, plan
from app.apps.integrations import INTEGRATIONS
from app.demo import make
from tests.harness.client import Client

CLASSPASS = INTEGRATIONS["classpass"]


@pytest.fixture
def owner(client: Client) -> Client:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    return client


def switch_is_disabled(page: str) -> bool:
    return 'aria-label="Enable integration" title="Enable integration" disabled' in page


@pytest.mark.req("APP-04", "CP-01")
def test_on_the_basic_plan_classpass_cannot_be_switched_on_and_the_way_to_the_other_plan_is_shown(
    owner: Client,
) -> None:
    page = owner.get("/apps/integrations/classpass").text
    assert switch_is_disabled(page)
    assert 'href="/settings/plan">Switch to Studio account</a>' in page
    assert owner.post("/apps/integrations/classpass/switch", data={"on": "1"}).status_code == 409

    owner.post("/settings/plan", data={"level": "studio"})

    page = owner.get("/apps/integrations/classpass").text
    assert not switch_is_disabled(page)
    assert 'aria-checked="false"' in page  # off at first
    owner.post("/apps/integrations/classpass/switch", data={"on": "1"})
    assert integrations.is_on(CLASSPASS)


@pytest.mark.req("APP-05")
def test_a_trial_lasts_fourteen_days_and_cannot_be_had_twice(owner: Client, clock: ModuleType) -> None:
    clock.set("2026-06-01 09:00", zone="Europe/Paris")
    assert owner.post("/settings/plan/trial").status_code == 303
    owner.post("/apps/integrations/classpass/switch", data={"on": "1"})

    clock.set("2026-06-15 08:59", zone="Europe/Paris")
    assert integrations.is_on(CLASSPASS)
    assert not switch_is_disabled(owner.get("/apps/integrations/classpass").text)

    clock.set("2026-06-15 09:00", zone="Europe/Paris")
    assert not integrations.is_on(CLASSPASS)
    assert switch_is_disabled(owner.get("/apps/integrations/classpass").text)
    again = owner.post("/settings/plan/trial")
    assert again.status_code == 409
    assert "The trial has been used" in again.text
    assert "Try it for 14 days" not in owner.get("/settings/plan").text


def test_going_back_to_basic_switches_off_what_needs_the_other_plan(owner: Client) -> None:
    plan.change(plan.STUDIO, by=make.SYSTEM)
    integrations.switch(CLASSPASS, on=True, by=make.SYSTEM)

    owner.post("/settings/plan", data={"level": "basic"})
    assert not integrations.is_on(CLASSPASS)

    owner.post("/settings/plan", data={"level": "studio"})
    assert integrations.is_on(CLASSPASS)


def test_only_owners_and_admins_change_the_plan(client: Client) -> None:
    client.sign_in(make.staff("Marcus Bell", "manager"))

    assert client.post("/settings/plan", data={"level": "studio"}).status_code == 403
    assert "An owner can change the plan." in client.get("/settings/plan").text
    assert plan.plan().level == plan.BASIC


def test_nonsense_is_no_plan(owner: Client) -> None:
    assert owner.post("/settings/plan", data={"level": "platinum"}).status_code == 400
