"""Somebody writes to a person by hand: what sequences would write meanwhile is held, goes, or is left out (BEY-08)."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging import outgoing
from app.sequences import due, enrolling, reasons, simulating, takeover
from app.sequences.models import Takeover
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.conftest import Live, messages

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
TIP = {"id": "tip", "do": "sms", "body": "A tip, ##{{first_name}}", "wait": {"days": 1}}
LATER = {"id": "later", "do": "email", "subject": "Still there?", "html": "<p>Hi</p>", "wait": {"days": 5}}


@pytest.fixture
def lea(client: Client) -> Staff:
    found = make.staff("Léa Roux", "front_desk")
    client.sign_in(found)
    return found


@pytest.fixture
def ana(live: Live, workers: Workers, monday: ModuleType) -> Contact:
    """Somebody to whom two sequences are about to write."""
    ana = make.client("Ana Duarte")
    for title in ("Welcome", "Offer"):
        enrolling.enrol_by_hand(live(TIP | {"body": f"{title}, ##{{{{first_name}}}}"}, LATER, title=title), ana)
    workers.run_until_idle()
    return ana


def notice(client: Client, of: Contact) -> str:
    return client.get(f"/contacts/{of.id}/due/notice", headers=PARTIAL).text


def act(client: Client, of: Contact, what: str, **data: object) -> str:
    return client.post(f"/contacts/{of.id}/due/{what}", data=data, headers=PARTIAL).text


def texts(of: Contact) -> list[tuple[str, str]]:
    """What became of the SMS of the two sequences."""
    return [(one.status, reasons.say(one.reason)) for one in messages(of) if one.step_id == "tip"]


@pytest.mark.req("BEY-08")
def test_above_the_composer_stands_what_is_about_to_be_written(client: Client, lea: Staff, ana: Contact) -> None:
    page = client.get(f"/inbox/{ana.id}").text
    assert "2 automatic messages are due within two days" in page
    assert "Offer, First name" in page
    assert "Still there?" not in page  # that is in five days
    assert (
        "2 automatic messages go as planned."
        in client.get(f"/contacts/{ana.id}/due/notice?as_planned=1", headers=PARTIAL).text
    )
    assert "automatic" not in client.get(f"/inbox/{make.client('Leo Martin').id}").text


@pytest.mark.req("BEY-08")
def test_what_is_held_goes_afterwards_and_the_runs_go_on(
    client: Client, lea: Staff, ana: Contact, workers: Workers, monday: ModuleType
) -> None:
    assert "Léa Roux holds automatic messages until Wed 10:00." in act(client, ana, "hold", days="2")
    outgoing.send_by_hand(ana, "sms", "How was it?", by=lea)
    monday.move(days=1)
    workers.run_until_idle()

    assert texts(ana) == [("queued", "Held by Léa Roux, who is writing to them")] * 2
    assert [one.status for one in messages(ana) if one.step_id is None] == ["sent"]
    monday.move(days=1)
    workers.run_until_idle()
    assert texts(ana) == [("sent", "")] * 2


@pytest.mark.req("BEY-08")
def test_held_messages_show_their_new_time_on_the_profile(client: Client, ana: Contact, monday: ModuleType) -> None:
    takeover.hold(ana, monday.now() + timedelta(days=2), by=make.staff("Léa Roux"))
    found = due.due_to(ana)
    assert [one.at for one in found[:2]] == [monday.now() + timedelta(days=2)] * 2
    assert {one.reason for one in found[:2]} == {"taken_over:Léa Roux"}
    with queries.counted() as asked:
        due.due_to(ana)
    assert len([one for one in asked if "studio_setting" not in one]) <= 4


@pytest.mark.req("BEY-08")
def test_let_go_they_leave_at_once_if_their_time_has_come(
    client: Client, lea: Staff, ana: Contact, workers: Workers, monday: ModuleType
) -> None:
    act(client, ana, "hold", days="7")
    monday.move(days=1)
    workers.run_until_idle()
    assert "due within two days" in act(client, ana, "release")
    workers.run_until_idle()
    assert texts(ana) == [("sent", "")] * 2
    takeover.let_go(ana, by=lea)  # nothing holds any more: nothing to do


@pytest.mark.req("BEY-08")
def test_cancelled_they_are_left_out_and_what_comes_later_goes(
    client: Client, lea: Staff, ana: Contact, workers: Workers, monday: ModuleType
) -> None:
    assert "Léa Roux has left out automatic messages until" in act(client, ana, "cancellation")
    monday.move(days=1)
    workers.run_until_idle()
    assert texts(ana) == [("suppressed", "Skipped by Léa Roux")] * 2
    monday.move(days=5)
    workers.run_until_idle()
    assert "sent" in {one.status for one in messages(ana) if one.step_id == "later"}


@pytest.mark.req("BEY-08")
def test_what_waits_already_is_left_out_at_once(
    client: Client, lea: Staff, ana: Contact, workers: Workers, monday: ModuleType
) -> None:
    act(client, ana, "hold", days="2")
    monday.move(days=1)
    workers.run_until_idle()
    act(client, ana, "cancellation")
    workers.run_until_idle()
    assert texts(ana) == [("suppressed", "Skipped by Léa Roux")] * 2


@pytest.mark.req("BEY-08")
def test_a_reply_ends_the_wait_and_nothing_automatic_went_out_between(
    client: Client, lea: Staff, live: Live, workers: Workers, monday: ModuleType
) -> None:
    asks = {"id": "ask", "do": "sms", "body": "How was your class?"}
    waits = {
        "id": "tagged",
        "do": "tag.add",
        "tags": ["Answered"],
        "wait": {"event": {"kind": "message.replied"}, "timeout": {"days": 9}},
    }
    sequence, other, ana = live(asks, waits, title="Asks"), live(TIP, title="Tips"), make.client("Ana Duarte")
    enrolling.enrol_by_hand(sequence, ana)
    workers.run_until_idle()
    enrolling.enrol_by_hand(other, ana)
    takeover.hold(ana, monday.now() + timedelta(days=3), by=lea)
    outgoing.send_by_hand(ana, "sms", "Tell me", by=lea)
    monday.move(days=2)
    workers.run_until_idle()

    make.incoming_sms(ana, "Lovely")
    workers.run_until_idle()

    assert [tag.name for tag in ana.tags] == ["Answered"]
    assert {one.step_id for one in messages(ana) if one.status == "sent" and one.step_id} == {"ask"}
    assert texts(ana) == [("queued", "Held by Léa Roux, who is writing to them")]


@pytest.mark.req("BEY-08")
def test_what_would_come_too_late_lapses_and_send_now_goes(live: Live, workers: Workers, monday: ModuleType) -> None:
    reminder = {"id": "before", "do": "sms", "body": "See you", "wait": {"before_anchor": {"days": 1}}}
    sequence, ana, lea = live(reminder, trigger="class.booked"), make.client("Ana Duarte"), make.staff("Léa Roux")
    takeover.hold(ana, monday.now() + timedelta(days=7), by=lea)
    [entry] = simulating.simulate(sequence, ana, anchor=monday.now() + timedelta(days=3)).entries
    assert (entry.outcome, entry.reason) == (
        "skipped",
        "Held by Léa Roux, who wrote to them, until it was too late",
    )

    enrolling.enrol_by_hand(live(TIP, title="Tips"), ana)
    monday.move(days=1)
    workers.run_until_idle()
    [waiting] = [one for one in messages(ana) if one.status == "queued"]
    due.send_now(ana, waiting.id)
    workers.run_until_idle()
    assert waiting.status == "sent"


def test_nothing_is_left_of_it_when_somebody_is_erased(ana: Contact, monday: ModuleType) -> None:
    lea = make.staff("Léa Roux")
    takeover.hold(ana, monday.now() + timedelta(days=2), by=lea)
    erase.erase_contact(ana, by=lea)
    assert db.session.get(Takeover, ana.id) is None


def test_who_does_not_write_to_people_holds_nothing(client: Client, ana: Contact) -> None:
    client.sign_in(make.staff("Tom Noir", "teacher"))
    assert client.post(f"/contacts/{ana.id}/due/hold", headers=PARTIAL).status_code == 403
    assert takeover.of(ana) is None
