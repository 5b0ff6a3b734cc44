"""The story as people live it: a visitor on a phone, the owner and the front desk at their screens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import func, select

from app import clock, reasons
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging.models import EMAIL, Message
from app.scoring.settings import KEY as SCORING
from app.scoring.settings import scoring
from app.sequences import drafts
from app.sequences.models import StepRun
from app.staff import studio
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer, both_shapes
from tests.harness.outside import PERSON
from tests.harness.smtp import Mail, SmtpSink
from tests.harness.twilio import TwilioStandIn

PHONE = "+33612345678"
expect.set_options(timeout=20_000)  # the machine may be busy

ADDRESS = "ana.diaz@mail.example"


@dataclass
class Studio:
    """A studio with a form, a follow-up that waits to be activated, and two people at work."""

    owner: Page
    desk: Page
    visitor: Page
    form: str
    sequence: str


@pytest.fixture
def at_work(live_server: LiveServer, browser: Browser, phone_provider: TwilioStandIn) -> Iterator[Studio]:
    phone_provider.webhook_url = f"{live_server.url}/webhooks/twilio/sms"
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        make.staff("Léa Fontaine", "front_desk", email="lea@maison-souffle.example")
        studio.put(SCORING, scoring().model_copy(update={"threshold": 3}))
        form = make.lead_form("Your first class").slug
        sequence = drafts.create_sequence(make.demo_sequence("new-lead-follow-up")).id
    here = [_person(browser, live_server) for _ in range(2)]
    visitor = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        user_agent=PERSON,
        locale="en-GB",
        has_touch=True,
    )
    owner, desk = (context.new_page() for context in here)
    sign_in(owner, "ines@maison-souffle.example")
    sign_in(desk, "lea@maison-souffle.example")
    yield Studio(owner, desk, visitor.new_page(), f"/f/{form}", f"/sequences/{sequence}")
    for context in (*here, visitor):
        context.close()


@both_shapes
@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.req(
    "LEAD-03", "SRC-04", "FORM-05", "FORM-06", "SEQ-06", "SEQ-18", "TASK-04", "TASK-06", "INB-05", "UNS-03", "LIFE-16",
    "LIFE-19", "GEN-01", "NAV-01", "NAV-03", "BEY-10",
)  # fmt: skip
def test_from_a_visitor_on_a_phone_to_a_client_who_had_enough(
    live_server: LiveServer, at_work: Studio, smtp: SmtpSink, phone_provider: TwilioStandIn
) -> None:
    _the_owner_publishes_the_follow_up(at_work.owner, at_work.sequence)
    _a_visitor_becomes_a_lead(at_work)
    _the_front_desk_clears_the_task(at_work.desk)
    mail = _the_messages_go_out(at_work.owner, smtp, phone_provider)
    _opening_and_clicking_make_her_hot(live_server, at_work, mail.html)
    _she_answers_and_is_answered(at_work.desk, phone_provider)
    _she_unsubscribes(live_server, at_work, mail)
    assert len(smtp.sent_to(ADDRESS)) == 1
    _she_moves_along_the_lifecycle(live_server, at_work.owner)


def _the_owner_publishes_the_follow_up(owner: Page, sequence: str) -> None:
    owner.goto(sequence)
    tree = owner.get_by_role("tree")
    expect(tree.get_by_text("Hello by SMS")).to_be_visible()
    owner.get_by_text(re.compile("Review and publish")).click()
    owner.get_by_role("dialog").get_by_role("button", name=re.compile("Publish|Activate")).first.click()
    expect(owner.get_by_text(re.compile(r"^Live"))).to_be_visible()


def _a_visitor_becomes_a_lead(at_work: Studio) -> None:
    """Filled in on a phone, it comes up on the owner's board without a reload."""
    owner, visitor = at_work.owner, at_work.visitor
    owner.goto("/leads?view=board")
    owner.evaluate("window.neverReloaded = true")
    visitor.goto(at_work.form)
    visitor.get_by_label("First name").fill("Ana")
    visitor.get_by_label("Last name").fill("Diaz")
    visitor.get_by_label("E-mail").fill(ADDRESS)
    visitor.get_by_label("Phone").fill("06 12 34 56 78")
    visitor.wait_for_timeout(3000)  # filled in faster than a person types, it would be taken for a robot's
    visitor.locator("form button[type=submit]").click()
    expect(visitor).to_have_url(re.compile("/thanks"))

    card = owner.locator(".kcard", has_text="Ana Diaz")
    expect(card).to_be_visible(timeout=20_000)
    expect(card).to_contain_text("Website form")
    assert owner.evaluate("window.neverReloaded") is True


def _the_front_desk_clears_the_task(desk: Page) -> None:
    desk.goto("/tasks")
    done = desk.get_by_role("button", name="Complete: Call Ana")
    expect(done).to_be_visible()
    done.click()
    expect(done).to_have_count(0)


def _the_messages_go_out(owner: Page, smtp: SmtpSink, phones: TwilioStandIn) -> Mail:
    """The SMS at once; the e-mail when its five minutes are over."""
    _until(owner, lambda: len(phones.sent_to(PHONE)) == 1)
    assert phones.sent_to(PHONE)[0].text.startswith("Hi Ana")
    assert smtp.sent_to(ADDRESS) == []
    _fast_forward(owner, "1 hour")
    _until(owner, lambda: len(smtp.sent_to(ADDRESS)) == 1)
    return smtp.sent_to(ADDRESS)[0]


def _opening_and_clicking_make_her_hot(live_server: LiveServer, at_work: Studio, html: str) -> None:
    owner, visitor = at_work.owner, at_work.visitor
    owner.goto("/leads?view=board")
    _fast_forward(owner, "1 hour")
    _until(owner, lambda: _hours_since(live_server) >= 1)
    assert visitor.request.get(_found(r'src="([^"]+/o/[^"]+)"', html)).ok
    assert visitor.request.get(_found(r'href="([^"]+)"[^>]*>See the timetable', html), max_redirects=0).status == 302
    owner.goto("/leads?view=board")
    _fast_forward(owner, "1 hour")
    _until(owner, lambda: _ana(live_server).is_hot)
    owner.goto("/leads?view=board")
    expect(owner.locator(".kcard", has_text="Ana Diaz").locator(".hot")).to_be_visible()


def _she_answers_and_is_answered(desk: Page, phones: TwilioStandIn) -> None:
    """Her SMS stands in the inbox as unanswered until somebody writes back."""
    assert phones.receives_sms(PHONE, "Is there a place on Thursday?").status == 200
    desk.goto("/inbox")
    expect(desk.get_by_text("Unanswered").first).to_be_visible()
    desk.get_by_role("link", name=re.compile("Ana Diaz")).first.click()
    desk.locator("#composer-text").fill("Yes Ana, see you at 18:30!")
    desk.get_by_role("button", name="Send", exact=True).click()
    _until(desk, lambda: any("18:30" in sms.text for sms in phones.sent_to(PHONE)))


def _she_unsubscribes(live_server: LiveServer, at_work: Studio, mail: Mail) -> None:
    """Looking at the footer's page changes nothing, pressing the button does; the reminder stays away and says why."""
    owner, visitor = at_work.owner, at_work.visitor
    visitor.goto(mail.header("List-Unsubscribe").strip("<>"))
    assert _ana(live_server).email_marketing is True
    visitor.get_by_role("button", name=re.compile("[Uu]nsubscribe")).first.click()
    _until(visitor, lambda: _ana(live_server).email_marketing is False)
    owner.goto("/leads")
    _fast_forward(owner, "1 day")
    _until(owner, lambda: "nsubscribed" in _reason_of(live_server, "reminder"))


def _she_moves_along_the_lifecycle(live_server: LiveServer, owner: Page) -> None:
    """Dragged to another lane; who moved her stands on her timeline."""
    owner.goto("/lifecycle")
    owner.locator(".kcard", has_text="Ana Diaz").hover()
    owner.mouse.down()
    lane = owner.get_by_role("region", name="Payment").locator("drag-list")
    lane.hover()
    lane.hover(position={"x": 60, "y": 40})
    expect(lane.locator(".drop-mark")).to_have_count(1)
    owner.mouse.up()
    _until(owner, lambda: _stage(live_server) == "Payment")
    owner.goto(f"/contacts/{_ana(live_server).id}")
    expect(owner.get_by_text(re.compile("Moved from .*New lead.* to .*Payment")).first).to_be_visible()
    expect(owner.get_by_text(re.compile("Inès")).first).to_be_visible()


def _person(browser: Browser, live_server: LiveServer) -> BrowserContext:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Europe/Paris"
    )
    context.set_default_timeout(15_000)
    return context


def _fast_forward(page: Page, by: str) -> None:
    """Move the sandbox's clock; the page comes back anew once all of it has happened."""
    with page.expect_navigation(timeout=60_000):
        page.get_by_role("button", name=f"Fast-forward {by}").click()
    expect(page.get_by_text("The clock moved on")).to_be_visible()


def _until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds, for forty seconds at most."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(200)
    pytest.fail("it did not come true in forty seconds")


def _ana(live_server: LiveServer) -> Contact:
    with live_server.database():
        contact = db.session.scalars(select(Contact).where(Contact.email == ADDRESS)).one()
        db.session.expunge(contact)
        return contact


def _stage(live_server: LiveServer) -> str:
    with live_server.database():
        contact = db.session.scalars(select(Contact).where(Contact.email == ADDRESS)).one()
        return contact.lifecycle_stage.name if contact.lifecycle_stage else ""


def _reason_of(live_server: LiveServer, step: str) -> str:
    with live_server.database():
        stored = db.session.scalar(select(StepRun.reason).where(StepRun.step_id == step))
        return reasons.say(stored) if stored else ""


def _hours_since(live_server: LiveServer) -> float:
    """How long ago, by the studio's clock, the first e-mail left."""
    with live_server.database():
        sent_at = db.session.scalar(select(func.min(Message.sent_at)).where(Message.channel == EMAIL))
        return (clock.now() - sent_at).total_seconds() / 3600 if sent_at else 0.0


def _found(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    assert found is not None, html
    return found[1].replace("&amp;", "&")
