"""What an edit answers makes the canvas of before into the canvas of after, and is small."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings

from app.db import db
from app.demo import make
from app.sequences import drafts
from app.sequences.builder import changes, drawing
from app.sequences.builder.drawing import Drawing
from app.sequences.models import Sequence
from tests.harness.client import Client
from tests.sequences.random_edits import EDITS, Edit, documents

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

Elements = dict[str, Any]


def elements(drawn: Drawing) -> Elements:
    """Every element of a canvas by its id: what it says, where it stands, its attributes."""
    kinds: list[tuple[changes.Kind[Any], Any]] = [
        (changes.CARDS, drawn.cards),
        (changes.WAITS, [card for card in drawn.cards if card.wait_box is not None]),
        (changes.ENDS, drawn.ends),
        (changes.LABELS, drawn.labels),
        (changes.PLUSES, drawn.layout.pluses),
    ]
    found: Elements = {
        kind.name(one): [kind.says(one), kind.at(one), kind.attributes(one)] for kind, some in kinds for one in some
    }
    return found | {f"edge-{edge.id}": edge.path for edge in drawn.layout.edges}


def applied(page: Elements, found: changes.Changes) -> Elements:
    """The same page once the browser has put the changes in place."""
    page = {
        name: ([*what] if isinstance(what, list) else what) for name, what in page.items() if name not in found.gone
    }
    anew: list[tuple[changes.Kind[Any], Any]] = [
        (changes.CARDS, found.cards),
        (changes.WAITS, found.waits),
        (changes.ENDS, found.ends),
        (changes.LABELS, found.labels),
        (changes.PLUSES, found.pluses),
    ]
    for kind, some in anew:
        page |= {kind.name(one): [kind.says(one), kind.at(one), kind.attributes(one)] for one in some}
    for (dx, dy), names in found.shifts.items():
        for name in names:
            if isinstance(page[name], str):
                start, rest = page[name][1:].split("v", 1)
                x, y = start.split(" ")
                page[name] = f"M{float(x) + dx:g} {float(y) + dy:g}v{rest}"
            else:
                x, y = page[name][1]
                page[name][1] = (x + dx, y + dy)
    for name, changed in found.attributes.items():
        page[name][2] = page[name][2] | changed
    return page | found.paths


@pytest.mark.req("SEQ-06", "BEY-17")
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(edits=EDITS)
def test_what_is_answered_makes_the_new_canvas_of_the_old(app: Flask, edits: list[Edit]) -> None:
    first, *later = documents(edits)
    shown = drawing.draw(first)
    page = elements(shown)
    for document in later:
        now = drawing.draw(document)
        found = changes.between(shown, now)
        page = applied(page, found)
        assert page == elements(now)
        order = [card.id for card in now.cards]
        assert (found.order or [card.id for card in shown.cards]) == order
        shown = now


def many_steps(count: int) -> dict[str, Any]:
    """A document of so many steps, a fork after every few."""
    steps: list[dict[str, Any]] = []
    while len(steps) * 5 < count:
        number = len(steps)
        leaf = [{"id": f"{side}{number}-{one}", "do": "tag.add", "tags": ["x"]} for side in "ab" for one in "12"]
        steps.append({"id": f"if{number}", "if": {"rules": [{"rule": "client"}]}, "then": leaf[:2], "else": leaf[2:]})
    return {"title": "Large", "trigger": {"kind": "lead.created"}, "steps": steps}


@pytest.mark.req("BEY-17")
def test_an_edit_among_500_steps_swaps_less_than_100_kilobytes(client: Client) -> None:
    client.sign_in(make.staff(role_key="owner"))
    sequence = drafts.create_sequence(many_steps(500))
    db.session.commit()
    base = f"/sequences/{sequence.id}"

    def post(path: str, **data: str) -> str:
        db.session.refresh(sequence)
        answer = client.post(base + path, data=data, headers=PARTIAL | {"X-Canvas": str(sequence.draft_id)})
        assert answer.status_code == 200
        assert answer.headers["HX-Retarget"] == "#changes"
        return answer.text

    renamed = post("/steps/a7-1", title="Mark them", tags="VIP", **{"wait-way": "now"})
    assert len(renamed) < 20_000
    assert renamed.count('role="treeitem"') == 1
    pushed_down = post("/steps", spot="top", kind="sms")
    assert len(pushed_down) < 100_000
    assert pushed_down.count('role="treeitem"') == 1


def test_a_page_that_shows_another_revision_or_none_gets_the_whole_canvas(client: Client) -> None:
    client.sign_in(make.staff(role_key="owner"))
    mine, other = drafts.create_sequence(many_steps(5)), drafts.create_sequence(many_steps(5))
    db.session.commit()
    for shown in ({}, {"X-Canvas": str(other.draft_id)}, {"X-Canvas": "none"}, {"X-Canvas": "999999"}):
        answer = client.post(
            f"/sequences/{mine.id}/steps", data={"spot": "top", "kind": "sms"}, headers=PARTIAL | shown
        )
        assert 'id="world"' in answer.text
        assert "HX-Retarget" not in answer.headers
    assert db.session.get_one(Sequence, other.id).draft_id == other.draft_id
