"""The builder as people use it: by mouse, by keyboard, by touch."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from app.db import db
from app.demo import make
from app.sequences import drafts, graph
from app.sequences.models import Sequence
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

DOCUMENT = {
    "title": "New lead follow-up",
    "folder": "Lead conversion",
    "trigger": {"kind": "lead.created", "filters": {"source": ["Website form"]}},
    "exits": [{"rule": "membership.purchased", "since": "enrolment"}],
    "steps": [
        {"id": "call", "do": "task", "title": "Call {{first_name}}", "assign": {"role": "Front desk"}},
        {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}"},
        {"id": "mail", "do": "email", "wait": {"minutes": 5}, "subject": "Welcome", "html": "<p>Come and see us.</p>"},
        {
            "id": "regular",
            "if": {"rules": [{"rule": "tag.has", "value": "Regular"}]},
            "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
            "else": [
                {"id": "later", "do": "email", "wait": {"days": 1}, "subject": "Still there?", "html": "<p>Hi</p>"}
            ],
        },
    ],
}


@pytest.fixture
def sequence_id(live_server: LiveServer, page: Page) -> int:
    """A draft, and somebody signed in who may build."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        made = drafts.create_sequence(DOCUMENT)
        db.session.flush()
        number = made.id
    sign_in(page, "ines@maison-souffle.example")
    return number


def _document(live_server: LiveServer, sequence_id: int) -> graph.Document:
    with live_server.database():
        return drafts.draft_of(db.session.get_one(Sequence, sequence_id))


def _ids(document: graph.Document) -> list[str]:
    return [place.step.id for place in graph.walk(document)]


def _zoom(page: Page) -> int:
    return int(page.locator("[data-zoomed]").inner_text().removesuffix(" %"))


def _barriers(page: Page) -> list[str]:
    """What axe finds in the page itself; the menu around it is the frame's, and tried there."""
    return [one for one in barriers(page) if not one.endswith(("['.me']", "['.jump']"))]


def _settle(page: Page) -> None:
    """Wait until what glides has arrived."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => null)")


def _is_on_canvas(page: Page, step: str) -> bool:
    box = page.locator(f"#step-{step}").bounding_box()
    view = page.locator("flow-canvas").bounding_box()
    assert box is not None
    assert view is not None
    return (
        view["x"] <= box["x"]
        and view["y"] <= box["y"]
        and box["x"] + box["width"] <= view["x"] + view["width"]
        and box["y"] + box["height"] <= view["y"] + view["height"]
    )


@pytest.mark.req("SEQ-06", "SEQ-10")
def test_a_sequence_is_drawn_as_a_tree_that_zooms_fits_and_fills_the_screen(page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    expect(page.get_by_role("treeitem")).to_have_count(7)
    expect(page.locator(".branch.t")).to_contain_text("True")
    expect(page.locator(".branch.f")).to_contain_text("False")
    before = _zoom(page)

    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("[data-zoomed]")).to_have_text(f"{min(160, round(before * 1.25 * 1.25))} %")
    page.get_by_role("button", name="Fit everything").click()
    _settle(page)
    assert all(_is_on_canvas(page, step) for step in ("trigger", *_steps_of_document()))

    page.get_by_role("button", name="Full screen").click()
    expect(page.locator(".bld:fullscreen")).to_have_count(1)
    page.get_by_role("button", name="Full screen").click()
    expect(page.locator(".bld:fullscreen")).to_have_count(0)


def _steps_of_document() -> list[str]:
    return ["call", "hello", "mail", "regular", "vip", "later"]


def test_the_wheel_pans_and_with_control_zooms_at_the_pointer(page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    step = page.locator("#step-call")
    start = step.bounding_box()
    assert start is not None
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.wheel(0, 60)
    _settle(page)
    here = step.bounding_box()
    assert here is not None
    assert here["y"] == pytest.approx(start["y"] - 60, abs=2)

    page.mouse.move(here["x"], here["y"])
    zoom = _zoom(page)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -50)
    page.keyboard.up("Control")
    expect(page.locator("[data-zoomed]")).not_to_have_text(f"{zoom} %")
    after = step.bounding_box()
    assert after is not None
    assert (after["x"], after["y"]) == pytest.approx((here["x"], here["y"]), abs=2)


@pytest.mark.req("SEQ-07", "SEQ-08", "SEQ-09")
def test_a_step_is_added_edited_and_removed_by_mouse(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.get_by_role("button", name="Fit everything").click()
    page.locator('[data-spot="in:regular:else"]').click()
    menu = page.get_by_role("dialog", name="Add a step")
    expect(menu.get_by_role("button", name="An action")).to_be_visible()
    expect(menu.get_by_role("button", name="A condition")).to_be_visible()
    menu.get_by_role("button", name="An action").click()
    menu.get_by_role("button", name="SMS", exact=True).click()

    drawer = page.locator("#step")
    drawer.get_by_label("Message").fill("We missed you, ##{{first_name}}")
    drawer.get_by_label("Message").blur()
    expect(page.get_by_role("treeitem", name="We missed you")).to_be_visible()
    added = _document(live_server, sequence_id)
    otherwise = graph.branches(graph.find(added, "regular"))["else"]
    assert [step.do for step in otherwise if isinstance(step, graph.ActionStep)] == ["sms", "email"]

    drawer.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("treeitem", name="We missed you")).to_have_count(0)
    assert _ids(_document(live_server, sequence_id)) == _steps_of_document()


def test_a_step_is_added_edited_and_removed_by_keyboard(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.locator("#step-trigger").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#step-call")).to_be_focused()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.keyboard.type("tag")
    page.keyboard.press("Enter")
    expect(page.locator("#step h2")).to_have_text("Add tag")

    page.locator("#step").get_by_label("New tags").fill("Newcomer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("treeitem", name="Newcomer")).to_be_visible()
    page.get_by_role("treeitem", name="Newcomer").focus()
    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).press("Enter")
    expect(page.get_by_role("treeitem", name="Newcomer")).to_have_count(0)
    assert _ids(_document(live_server, sequence_id)) == _steps_of_document()


def test_arrows_walk_the_tree_and_into_both_branches(page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.locator("#step-trigger").focus()
    for step in ("call", "hello", "mail", "regular", "vip"):
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"#step-{step}")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#step-later")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#step-regular")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#step h2")).to_have_text("Condition")
    page.keyboard.press("Escape")
    expect(page.locator("#step")).to_be_hidden()


def test_a_mistake_is_said_at_its_field_and_what_was_typed_stays(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    page.goto(f"/sequences/{sequence_id}?step=mail")
    subject = page.locator("#step").get_by_label("Subject")
    subject.fill("")
    subject.blur()
    expect(page.locator("#step .err")).to_be_visible()
    assert graph.find(_document(live_server, sequence_id), "mail").params.subject == "Welcome"  # type: ignore[union-attr]

    subject.fill("Welcome back")
    subject.blur()
    expect(page.locator("#step .err")).to_have_count(0)
    expect(page.get_by_role("treeitem", name="Welcome back")).to_be_visible()


def test_undo_survives_a_reload(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}?step=vip")
    page.locator("#step").get_by_role("button", name="Delete").click()
    expect(page.locator("#step-vip")).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(page.locator("#step-vip")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("#step-vip")).to_have_count(0)
    assert "vip" not in _ids(_document(live_server, sequence_id))


def test_an_edit_keeps_the_place_one_looks_at(page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}?step=hello")
    page.get_by_role("button", name="Zoom out").click()
    _settle(page)
    before = page.locator("[data-pane]").get_attribute("style")
    message = page.locator("#step").get_by_label("Message")
    message.fill("Another text")
    message.blur()
    expect(page.get_by_role("treeitem", name="Another text")).to_be_visible()
    assert page.locator("[data-pane]").get_attribute("style") == before


def test_what_was_in_the_middle_of_a_phone_is_in_the_middle_of_a_desktop(page: Page, sequence_id: int) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/sequences/{sequence_id}")
    at_rest = page.locator("flow-canvas[data-lod]:not(.moving)")
    expect(at_rest).to_be_visible()
    on_phone = _off_centre(page, "trigger")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    expect(at_rest).to_be_visible()

    assert _off_centre(page, "trigger") == pytest.approx(on_phone, abs=2)


def test_a_place_where_nothing_is_to_be_seen_is_not_gone_back_to(page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    expect(page.locator("#step-trigger")).to_be_in_viewport()
    page.evaluate("document.querySelector('flow-canvas').pan(9000, 9000)")
    expect(page.locator("#step-trigger")).not_to_be_in_viewport()
    expect(page.locator("flow-canvas:not(.moving)")).to_be_visible()  # come to rest, it remembers where
    page.reload()

    expect(page.locator("#step-trigger")).to_be_in_viewport()


def _off_centre(page: Page, step: str) -> float:
    """How far right of the canvas's middle a step's middle stands."""
    box, view = page.locator(f"#step-{step}").bounding_box(), page.locator("flow-canvas").bounding_box()
    assert box is not None
    assert view is not None
    return (box["x"] + box["width"] / 2) - (view["x"] + view["width"] / 2)


@pytest.mark.req("SEQ-18")
def test_a_sequence_is_published_and_activated_from_the_builder(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.get_by_role("link", name="Review and publish").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("6 steps, all of them complete")
    dialog.get_by_role("button", name="Publish v1").click()
    expect(page.locator("#sequence-status")).to_have_text("Live · v1")
    with live_server.database():
        assert db.session.get_one(Sequence, sequence_id).status == "active"


@pytest.mark.req("SEQ-03", "SEQ-04", "SEQ-05")
def test_making_a_sequence_takes_two_pages_and_the_picker_searches(page: Page, sequence_id: int) -> None:
    page.goto("/sequences")
    page.get_by_role("link", name="New sequence").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Welcome")
    page.get_by_label("Search triggers").fill("expiry")
    expect(page.locator(".trigger:visible")).to_have_count(2)
    page.get_by_label("Search triggers").fill("new lead")
    page.locator(".trigger:visible").click()
    page.get_by_label("Add a counter condition").select_option("membership.purchased")
    expect(page.locator("#new-exits fieldset")).to_have_count(1)
    page.get_by_role("button", name="Go on to the steps").click()

    expect(page.get_by_role("treeitem")).to_have_count(1)
    expect(page.locator("#step-trigger")).to_contain_text("New lead")
    expect(page.locator("#exits")).to_contain_text("Bought a membership")


def test_two_fingers_zoom_on_a_tablet(live_server: LiveServer, browser: Browser, page: Page, sequence_id: int) -> None:
    tablet = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1180, "height": 820},
        has_touch=True,
        storage_state=page.context.storage_state(),
    )
    try:
        touch = tablet.new_page()
        touch.goto(f"/sequences/{sequence_id}")
        before = _zoom(touch)
        wire = tablet.new_cdp_session(touch)

        def fingers(kind: str, *xs: int) -> None:
            points = [{"x": x, "y": 400, "id": at} for at, x in enumerate(xs)]
            wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        fingers("touchStart", 500, 600)
        for step in range(1, 6):
            fingers("touchMove", 500 + 12 * step, 600 - 8 * step)
        fingers("touchEnd")
        expect(touch.locator("[data-zoomed]")).not_to_have_text(f"{before} %")
        assert _zoom(touch) < before
    finally:
        tablet.close()


@pytest.mark.parametrize("path", ["", "?step=mail", "?step=call", "?step=regular", "?step=trigger", "?step=exit-0"])
def test_nothing_keeps_anybody_from_using_the_builder(page: Page, sequence_id: int, path: str) -> None:
    page.goto(f"/sequences/{sequence_id}{path}")

    assert _barriers(page) == []


@pytest.mark.parametrize("path", ["/sequences", "/sequences/new", "/sequences/{}/people"])
def test_nothing_keeps_anybody_from_using_the_pages_around_it(page: Page, sequence_id: int, path: str) -> None:
    page.goto(path.format(sequence_id))

    assert _barriers(page) == []


def test_a_step_waits_for_a_reply_and_says_so_on_its_pill(
    page: Page, sequence_id: int, live_server: LiveServer
) -> None:
    page.goto(f"/sequences/{sequence_id}?step=mail")
    drawer = page.locator("#step")
    drawer.get_by_label("When", exact=True).select_option("event")
    expect(drawer.get_by_label("What is waited for")).to_be_visible()
    expect(drawer.get_by_text("Then at a time of day")).to_be_hidden()
    drawer.get_by_label("What is waited for").select_option("message.clicked")
    drawer.locator("#wait").get_by_label("How long").fill("3")
    drawer.locator("#wait").get_by_label("Unit").select_option("days")
    drawer.locator("#wait").get_by_label("Unit").blur()

    expect(page.locator("#wait-mail")).to_contain_text("Clicked a link, or 3 days")
    expect(drawer.get_by_label("Address")).to_be_visible()
    with page.expect_response("**/steps/mail"):
        drawer.get_by_label("Address").fill("https://studio.example/offers")
        drawer.get_by_label("Address").blur()
    page.reload()
    expect(page.locator("#step").get_by_label("Address")).to_have_value("https://studio.example/offers")

    assert _barriers(page) == []
    wait = graph.find(_document(live_server, sequence_id), "mail").wait
    assert wait is not None
    assert wait.event is not None
    assert wait.event.filters == {"url": ["https://studio.example/offers"]}
