"""Steps arranged as people do it: by mouse, without one, as a list, and two people at once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.db import db
from app.demo import make
from app.sequences import drafts, graph
from app.sequences.builder import edits
from app.sequences.models import Sequence
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

STEPS: list[dict[str, Any]] = [
    {"id": "call", "do": "task", "title": "Call them", "assign": {"role": "Front desk"}},
    {"id": "hello", "do": "sms", "body": "Hello"},
    {"id": "mail", "do": "email", "subject": "Welcome", "html": "<p>Come and see us.</p>"},
    {
        "id": "regular",
        "if": {"rules": [{"rule": "tag.has", "value": "Regular"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
        "else": [],
    },
]


@pytest.fixture
def sequence_id(live_server: LiveServer, page: Page) -> int:
    """A draft, and somebody signed in who may build."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        number = _made("Follow-up", STEPS)
    sign_in(page, "ines@maison-souffle.example")
    page.goto(f"/sequences/{number}")
    return number


def _made(title: str, steps: list[dict[str, Any]]) -> int:
    made = drafts.create_sequence({"title": title, "trigger": {"kind": "lead.created"}, "steps": steps})
    db.session.flush()
    return made.id


def _ids(live_server: LiveServer, sequence_id: int) -> list[str]:
    with live_server.database():
        document = drafts.draft_of(db.session.get_one(Sequence, sequence_id))
        return [place.step.id for place in graph.walk(document)]


def _order(page: Page) -> list[str]:
    order: list[str] = page.evaluate("[...document.querySelectorAll('.steps > *')].map((one) => one.id.slice(5))")
    return order[1:]


def _middle(page: Page, what: str) -> tuple[float, float]:
    box = page.locator(what).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _revision(page: Page) -> str:
    return page.locator("#world").get_attribute("data-revision") or ""


def _edited(page: Page, then: str) -> None:
    """Wait until the page shows the next revision."""
    expect(page.locator(f"#world:not([data-revision='{then}'])")).to_be_attached()


def _said(page: Page, text: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(text)


def _barriers(page: Page) -> list[str]:
    """What axe finds in the page itself; the menu around it is the frame's, and tried there."""
    return [one for one in barriers(page) if not one.endswith(("['.me']", "['.jump']"))]


@pytest.mark.req("SEQ-08", "BEY-17")
def test_a_card_is_dragged_onto_a_plus_at_any_zoom_and_escape_lets_it_be(page: Page, sequence_id: int) -> None:
    page.get_by_role("button", name="Fit everything").click()
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    before = _order(page)
    page.mouse.move(*_middle(page, "#step-call"))
    page.mouse.down()
    page.mouse.move(*_middle(page, "#step-mail"), steps=4)
    expect(page.locator(".dragged")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".dragged")).to_have_count(0)
    page.mouse.up()
    assert _order(page) == before
    expect(page.locator("#step:not([hidden])")).to_have_count(0)

    shown = _revision(page)
    page.mouse.move(*_middle(page, "#step-call"))
    page.mouse.down()
    page.mouse.move(*_middle(page, "#step-hello"), steps=3)
    page.mouse.move(*_middle(page, "#plus-after-mail"), steps=3)
    expect(page.locator("#plus-after-mail.target")).to_have_count(1)
    page.mouse.up()
    _edited(page, shown)
    assert _order(page) == ["hello", "mail", "call", "regular", "vip"]
    _said(page, "Moved “Call them” after “Welcome”")
    expect(page.locator("#step:not([hidden])")).to_have_count(0)


@pytest.mark.req("SEQ-08")
def test_a_fork_dragged_takes_its_branches_and_lights_none_of_its_own_pluses(page: Page, sequence_id: int) -> None:
    shown = _revision(page)
    page.mouse.move(*_middle(page, "#step-regular"))
    page.mouse.down()
    page.mouse.move(*_middle(page, "#step-hello"), steps=4)
    expect(page.locator(".plus.open")).not_to_have_count(0)
    for own in ("in-regular-then", "in-regular-else", "after-vip"):
        expect(page.locator(f"#plus-{own}.open")).to_have_count(0)
    page.mouse.move(*_middle(page, "#plus-top"), steps=4)
    page.mouse.up()
    _edited(page, shown)
    assert _order(page) == ["regular", "vip", "call", "hello", "mail"]


@pytest.mark.req("SEQ-08", "BEY-17")
def test_without_a_mouse_a_step_moves_from_a_list_of_places_and_undo_survives_a_reload(
    page: Page, sequence_id: int
) -> None:
    shown = _revision(page)
    page.locator("#step-call").focus()
    page.keyboard.press("m")
    page.get_by_role("dialog").get_by_label("Search places").fill("true")
    page.keyboard.press("Enter")
    _edited(page, shown)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert _order(page) == ["hello", "mail", "regular", "call", "vip"]
    page.reload()
    shown = _revision(page)
    page.locator("#step-trigger").focus()
    page.keyboard.press("Control+z")
    _edited(page, shown)
    assert _order(page) == ["call", "hello", "mail", "regular", "vip"]


@pytest.mark.req("BEY-17", "SEQ-17")
def test_several_steps_are_chosen_switched_off_copied_and_pasted_in_another_tab(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    with live_server.database():
        other_id = _made("Other", [{"id": "one", "do": "sms", "body": "One"}])
    other = page.context.new_page()
    other.goto(f"/sequences/{other_id}")
    page.bring_to_front()

    page.locator("#step-call").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-run] .count")).to_have_text("3 steps")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator("[data-run] .count")).to_have_text("2 steps")
    assert _barriers(page) == []
    page.keyboard.press("Control+c")
    _said(page, "Copied 2 steps")
    shown = _revision(page)
    page.locator("[data-run]").get_by_role("button", name="Switch off").click()
    _edited(page, shown)
    expect(page.locator(".node.off")).to_have_count(2)

    other.bring_to_front()
    shown = _revision(other)
    other.locator("#step-one").focus()
    other.keyboard.press("Control+v")
    _edited(other, shown)
    shown = _revision(other)
    other.locator("#plus-top").click()
    other.locator("#copied").get_by_role("button", name="Paste").click()
    _edited(other, shown)
    expect(other.locator(".steps > .node")).to_have_count(6)
    ids = _ids(live_server, other_id)
    assert len(set(ids)) == 5
    assert not set(ids) & {"call", "hello"}


@pytest.mark.req("BEY-17")
def test_shift_and_a_click_chooses_a_run_that_is_cut_at_once_and_the_focus_goes_on(
    page: Page, sequence_id: int
) -> None:
    page.locator("#step-call").click(modifiers=["Shift"])
    page.locator("#step-hello").click(modifiers=["Shift"])
    expect(page.locator("[data-run] .count")).to_have_text("2 steps")
    shown = _revision(page)
    page.locator("[data-run]").get_by_role("button", name="Cut").click()
    _edited(page, shown)
    assert _order(page) == ["mail", "regular", "vip"]
    expect(page.locator("#step-mail")).to_be_focused()
    expect(page.locator("[data-run]")).to_be_hidden()


@pytest.mark.req("BEY-17")
def test_twenty_steps_are_built_with_nothing_but_the_keyboard(page: Page, sequence_id: int) -> None:
    page.locator("#step-trigger").focus()
    for number in range(20):
        shown = _revision(page)
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        page.keyboard.type("SMS" if number % 2 else "E-mail")
        page.keyboard.press("Enter")
        _edited(page, shown)
        page.keyboard.press("ArrowDown")
    assert len(_order(page)) == 25


@pytest.mark.req("BEY-17", "SEQ-10")
def test_a_step_is_found_by_what_it_says_and_zoomed_to(page: Page, sequence_id: int) -> None:
    for _ in range(4):
        page.get_by_role("button", name="Zoom out").click()
    page.keyboard.press("/")
    page.keyboard.type("wélc")
    expect(page.get_by_role("option")).to_have_count(1)
    assert _barriers(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#step-mail")).to_be_focused()
    expect(page.locator("[data-zoomed]")).to_have_text("85 %")


@pytest.mark.req("BEY-17")
def test_the_outline_is_the_canvas_as_a_list_with_the_same_keys(page: Page, sequence_id: int) -> None:
    page.locator("#step-trigger").focus()
    page.keyboard.press("o")
    lines = page.locator("#outline").get_by_role("treeitem")
    expect(lines).to_have_count(8)
    expect(page.locator("#line-in-regular-else")).to_contain_text("Nothing here yet")
    assert _barriers(page) == []

    page.locator("#line-trigger").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#line-call")).to_be_focused()
    shown = _revision(page)
    page.keyboard.press("Control+x")
    _edited(page, shown)
    expect(lines).to_have_count(7)
    expect(page.locator("#line-hello")).to_be_focused()
    page.locator("#line-mail a").first.click()
    expect(page.locator("#step")).to_have_attribute("data-step", "mail")
    expect(page.locator("#line-mail")).to_have_attribute("aria-selected", "true")
    page.locator("#line-mail").press("Escape")
    expect(page.locator("#step")).to_be_hidden()
    page.locator("#line-in-regular-else [data-spot]").click()
    shown = _revision(page)
    page.locator("#copied").get_by_role("button", name="Paste").click()
    _edited(page, shown)
    expect(page.locator("#line-in-regular-else + .line")).to_contain_text("Call them")


@pytest.mark.req("BEY-17")
def test_what_two_people_do_at_once_is_both_kept_and_said(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    with live_server.database():
        sequence = db.session.get_one(Sequence, sequence_id)
        edits.switch_steps(sequence, ["hello"], is_on=False, by=make.staff("Léa Martin", "owner"))
    page.locator("#step-call").click()
    page.locator("#step").get_by_label("What is to be done").fill("Ring them")
    page.locator("#step").get_by_label("What is to be done").blur()
    _said(page, "Léa Martin changed this sequence a moment ago")
    expect(page.locator("#step-hello.off")).to_have_count(1)
    expect(page.locator("#step-call")).to_contain_text("Ring them")


@pytest.mark.req("BEY-17")
def test_where_two_people_change_the_same_step_the_second_is_asked(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    page.locator("#step-call").click()
    title = page.locator("#step").get_by_label("What is to be done")
    expect(title).to_have_value("Call them")
    with live_server.database():
        sequence = db.session.get_one(Sequence, sequence_id)
        edits.change_step(
            sequence,
            "call",
            {"title": "Write to them", "assign": {"role": "Front desk"}},
            None,
            by=make.staff("Léa Martin", "owner"),
        )
    title.fill("Ring them")
    title.blur()
    expect(page.locator("#step")).to_contain_text("Léa Martin changed this step a moment ago")
    expect(title).to_have_value("Ring them")
    assert _barriers(page) == []
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#step-call")).to_contain_text("Ring them")
    expect(page.locator("#step")).not_to_contain_text("a moment ago")
