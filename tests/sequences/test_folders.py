"""Folders of sequences: copied whole, set to work whole."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.sequences import drafts, folders, formats, publishing
from app.sequences.models import ACTIVE, DRAFT, Sequence, SequenceFolder
from app.staff.models import Staff
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
TITLES = [f"Week {number}" for number in range(1, 9)]


@pytest.fixture
def folder(owner: Staff) -> SequenceFolder:
    """Eight sequences that do not act."""
    for title in TITLES:
        steps: list[dict[str, Any]] = [
            {"id": "sms", "do": "sms", "body": f"{title}: hello"},
            {"id": "tag", "do": "tag.add", "tags": ["Met"]},
        ]
        make.sequence(*steps, title=title, folder="Onboarding", active=False)
    return drafts.folder_named("Onboarding")


def inside(folder: SequenceFolder) -> list[Sequence]:
    db.session.expire_all()
    wanted = select(Sequence).where(Sequence.folder_id == folder.id).order_by(Sequence.position, Sequence.id)
    return list(db.session.scalars(wanted))


@pytest.mark.req("SEQ-22")
def test_a_copied_folder_has_the_same_sequences_switched_off(client: Client, folder: SequenceFolder) -> None:
    publishing.activate(inside(folder)[0])

    client.post(f"/sequences/folders/{folder.id}/copy", headers=PARTIAL)
    client.post(f"/sequences/folders/{folder.id}/copy", headers=PARTIAL)

    names = db.session.scalars(select(SequenceFolder.name).order_by(SequenceFolder.id)).all()
    assert names == ["Onboarding", "Copy of Onboarding", "Copy of Onboarding 2"]
    twin = drafts.folder_named("Copy of Onboarding")
    assert [(one.title, one.status) for one in inside(twin)] == [(title, DRAFT) for title in TITLES]
    for original, copy in zip(inside(folder), inside(twin), strict=True):
        assert formats.dump(drafts.draft_of(copy))["steps"] == formats.dump(drafts.draft_of(original))["steps"]


@pytest.mark.req("SEQ-23")
def test_one_action_sets_the_whole_folder_to_work(client: Client, folder: SequenceFolder) -> None:
    dialog = client.get(f"/sequences/folders/{folder.id}/activation", headers=PARTIAL).text
    assert "Activate 8 sequences" in dialog

    client.post(f"/sequences/folders/{folder.id}/activation", headers=PARTIAL)

    assert [one.status for one in inside(folder)] == [ACTIVE] * 8
    assert "active already" in client.get(f"/sequences/folders/{folder.id}/activation", headers=PARTIAL).text


@pytest.mark.req("SEQ-24")
def test_what_stands_against_one_is_said_before_and_leaves_it_off(client: Client, folder: SequenceFolder) -> None:
    make.sequence(
        {"do": "sms", "body": "Hi from [business name]"}, title="Unfinished", folder="Onboarding", active=False
    )
    empty = drafts.create_sequence(
        {"title": "Empty", "folder": "Onboarding", "trigger": {"kind": "lead.created"}, "steps": []}
    )

    dialog = client.get(f"/sequences/folders/{folder.id}/activation", headers=PARTIAL).text
    assert "[business name]" in dialog
    assert "There are no steps yet." in dialog
    assert "Activate 9 sequences" in dialog

    assert len(folders.activate_all(folder)) == 9
    assert empty.status == DRAFT


def test_what_was_done_is_said_on_the_page_one_is_led_to(client: Client, folder: SequenceFolder) -> None:
    answer = client.post(f"/sequences/folders/{folder.id}/activation", headers=PARTIAL)

    assert "8 sequences are active now." in client.get(answer.headers["HX-Redirect"]).text
    assert "8 sequences are active now." not in client.get(answer.headers["HX-Redirect"]).text


@pytest.mark.req("SEQ-21")
def test_sequences_and_folders_are_put_in_another_order(client: Client, folder: SequenceFolder) -> None:
    other = make.sequence({"do": "sms", "body": "Hi"}, title="Stray", folder="Elsewhere", active=False)
    first, second, *rest = inside(folder)
    order = ",".join(str(one.id) for one in [second, other, first])
    shown = client.post("/sequences/order", data={"order": order, "folder": folder.id}, headers=PARTIAL).text

    assert [one.title for one in inside(folder)] == ["Week 2", "Stray", "Week 1", *(one.title for one in rest)]
    assert shown.index("Week 2") < shown.index("Stray") < shown.index("Week 1") < shown.index("Week 3")
    client.post("/sequences/order", data={"order": str(other.id), "folder": "", "in_folder": folder.id})
    assert inside(folder)[1].title == "Week 1"

    names = select(SequenceFolder.name).order_by(SequenceFolder.position, SequenceFolder.id)
    client.post(f"/sequences/folders/{folder.id}/place", data={"by": "1"})
    assert db.session.scalars(names).all() == ["Elsewhere", "Onboarding"]
    client.post("/sequences/folders/order", data={"order": f"{folder.id},,x,{10**30}"}, headers=PARTIAL)
    assert db.session.scalars(names).all() == ["Onboarding", "Elsewhere"]
