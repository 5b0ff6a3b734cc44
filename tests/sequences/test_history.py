"""Every version can be looked at, compared with any other, and gone back to."""

from __future__ import annotations

from typing import Any

import pytest

from app.db import db
from app.demo import make
from app.sequences import checking, drafts, formats, history, publishing
from app.sequences.models import Sequence
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SMS: dict[str, Any] = {"id": "sms", "do": "sms", "body": "Come and see us on Monday"}
TAG = {"id": "tag", "do": "tag.add", "tags": ["Regular"]}


@pytest.fixture
def sequence(owner: Staff) -> Sequence:
    """Version 1 is live, edits 2 and 3 were made after it, and edit 3 was undone for edit 4."""
    made = make.sequence(SMS, title="Follow-up", active=False)
    publishing.activate(made, by=owner)
    edit(made, SMS, TAG, by=owner)
    edit(made, SMS, TAG, TAG | {"id": "again"}, by=owner)
    drafts.undo(made)
    edit(made, SMS | {"body": "Come and see us on Friday"}, TAG, by=owner)
    return made


def edit(sequence: Sequence, *steps: dict[str, Any], by: Staff | None = None) -> None:
    document = formats.dump(drafts.draft_of(sequence)) | {"steps": list(steps)}
    drafts.save_draft(sequence, checking.read(document), by=by, summary="Edited")


@pytest.mark.req("SEQ-28")
def test_the_history_tells_every_version_by_whom_and_what_was_undone(sequence: Sequence) -> None:
    rows = history.entries(sequence).rows

    assert [(one.number, one.is_live, one.is_draft, one.is_aside, one.over) for one in rows] == [
        (4, False, True, False, 2),
        (3, False, False, True, 2),
        (2, False, False, False, 1),
        (1, True, False, False, None),
    ]
    assert [(one.by, one.published_by) for one in rows][0::3] == [("Inès Garnier", None), (None, "Inès Garnier")]
    publishing.publish(sequence)
    assert [one.number for one in history.entries(sequence).rows] == [4, 1]
    assert [one.number for one in history.entries(sequence, every_edit=True).rows] == [4, 3, 2, 1]
    assert history.entries(sequence).rows[0].compared_with == 1


@pytest.mark.req("SEQ-28")
def test_the_page_shows_the_draft_beside_what_is_live_and_any_other_two(client: Client, sequence: Sequence) -> None:
    page = client.get(f"/sequences/{sequence.id}/history")
    assert "From version 1 to version 4" in page.text
    assert "1 added · 1 changed" in page.text
    assert "<del>Monday</del><ins>Friday</ins>" in page.text

    other = client.get(f"/sequences/{sequence.id}/history/comparison?from=2&to=3", headers=PARTIAL)
    assert "From version 2 to version 3" in other.text
    assert "1 added" in other.text
    same = client.get(f"/sequences/{sequence.id}/history?from=2&to=2")
    assert "Nothing is different." in same.text
    assert client.get(f"/sequences/{sequence.id}/history?from=2&to=99").status_code == 404


@pytest.mark.req("SEQ-28")
def test_an_older_version_becomes_the_draft_and_that_is_undone_like_any_edit(
    client: Client, sequence: Sequence, owner: Staff
) -> None:
    client.post(f"/sequences/{sequence.id}/history/1/restoration")
    db.session.expire_all()

    assert [step.id for step in drafts.draft_of(sequence).steps] == ["sms"]
    newest = history.entries(sequence).rows[0]
    assert (newest.number, newest.summary, newest.by) == (5, "Went back to version 1", owner.name)
    assert sequence.live is not None
    assert sequence.live.number == 1

    drafts.undo(sequence)
    assert [step.id for step in drafts.draft_of(sequence).steps] == ["sms", "tag"]


@pytest.mark.req("SEQ-28")
def test_a_long_history_comes_by_pages_at_the_cost_of_one(client: Client, sequence: Sequence) -> None:
    def read() -> int:
        with queries.counted() as asked:
            assert client.get(f"/sequences/{sequence.id}/history?every=1").status_code == 200
        return len(asked)

    read()
    before = read()
    for number in range(70):
        edit(sequence, SMS | {"body": f"Number {number}"})
    assert read() <= before

    first = history.entries(sequence, every_edit=True)
    second = history.entries(sequence, every_edit=True, cursor=first.next)
    third = history.entries(sequence, every_edit=True, cursor=second.next)
    numbers = [one.number for page in (first, second, third) for one in page.rows]
    assert numbers == list(range(74, 0, -1))
    assert third.next is None
    more = client.get(f"/sequences/{sequence.id}/history?every=1&cursor={first.next}", headers=PARTIAL)
    assert 'id="version-44"' in more.text
    assert 'id="version-45"' not in more.text


def test_a_sequence_without_edits_has_nothing_to_compare(client: Client, owner: Staff) -> None:
    fresh = make.sequence(SMS, active=False)

    assert "One version so far" in client.get(f"/sequences/{fresh.id}/history").text
