"""What the number has used this month (SMS-04)."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from app.demo import make
from app.messaging import outgoing
from app.phone import usage
from tests.harness.client import Client
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers


def shown(client: Client) -> int:
    found = re.search(r'id="segments-used">(\d+)<', client.get("/settings/phone").text)
    assert found is not None
    return int(found[1])


def test_a_message_of_two_segments_raises_the_figure_by_two(
    client: Client, workers: Workers, twilio: TwilioStandIn, clock: ModuleType
) -> None:
    clock.set("2026-06-30 23:00", zone="Europe/Paris")
    owner = make.staff("Inès Garnier", "owner")
    client.sign_in(owner)
    assert shown(client) == 0

    outgoing.send_by_hand(make.client(), "sms", "a" * 161, by=owner)
    workers.run_until_idle()
    assert shown(client) == 2

    clock.set("2026-07-01 00:00", zone="Europe/Paris")
    assert shown(client) == 0


@pytest.mark.req("SMS-04")
def test_each_minute_of_an_answered_call_counts_and_a_missed_one_does_not(app: object) -> None:
    ana = make.client()
    make.call(ana, answered_seconds=180)
    make.call(ana, answered_seconds=61)
    make.call(ana)

    assert (usage.this_month().call_minutes, usage.this_month().segments) == (5, 5)
