"""All that is due to somebody, on their profile; and the pages that say how often is often enough."""

from __future__ import annotations

import re
from datetime import time
from types import ModuleType
from typing import Any

import pytest

from app import reasons
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging import outgoing
from app.messaging.models import Message
from app.sequences import drafts, formats, hours, pressure, publishing
from app.sequences.hours import SendingHours
from app.sequences.pressure import Cap, Caps
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.conftest import Live, messages, only, tag, trace

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SMS = {"id": "sms", "do": "sms", "body": "Hi ##{{first_name}}"}


def lines(client: Client, contact: Contact) -> list[str]:
    """What the panel says, an entry a line."""
    page = client.get(f"/contacts/{contact.id}").text
    panel = page.split(f'id="due-to-{contact.id}"')[1].split("</section>")[0]
    entries = [re.sub(r"<[^>]+>", " ", entry) for entry in panel.split("<li>")[1:]]
    return [" ".join(entry.split()) for entry in entries]


@pytest.fixture
def ana(live: Live, workers: Workers, monday: ModuleType) -> Contact:
    """Somebody who has had a message today, for whom three more are under way."""
    pressure.set_caps(Caps(sms=Cap(most=1, days=1)))
    live(SMS | {"body": "Welcome"}, title="Welcome", trigger="tag.added")
    live(SMS, title="Offer", trigger="tag.added")
    live(
        {"id": "tag", "do": "tag.add", "tags": ["Asked"], "wait": {"hours": 1}},
        {"id": "mail", "do": "email", "wait": {"hours": 2}, "subject": "Your trial", "html": "<p>Hi</p>"},
        title="Trial",
        trigger="tag.added",
        filters={"tag": ["New"]},
    )
    live(
        {
            "id": "keen",
            "wait": {"days": 3},
            "if": {"rules": [{"rule": "tag.has", "value": "VIP"}]},
            "then": [SMS | {"id": "vip"}],
        },
        title="Regulars",
        trigger="tag.added",
        filters={"tag": ["New"]},
    )
    ana = make.client("Ana Duarte")
    tag(ana, "New")
    workers.run_until_idle()
    return ana


@pytest.mark.req("BEY-16")
def test_all_that_is_due_stands_in_one_list_the_soonest_first(client: Client, owner: Staff, ana: Contact) -> None:
    assert lines(client, ana) == [
        "Your trial E-mail · Trial 13:00",
        "Hi First name SMS · Offer Has had enough for now: at most 1 SMS a day Tue 10:00 Send now Skip",
        "Has the tag VIP Decides what comes next · Regulars Thu 10:00",
    ]


def test_what_a_paused_sequence_holds_has_no_time(client: Client, owner: Staff, live: Live, workers: Workers) -> None:
    sequence = live(SMS | {"wait": {"days": 1}}, trigger="tag.added")
    ben = make.client("Ben Roy")
    tag(ben, "New")
    workers.run_until_idle()
    publishing.pause(sequence)

    assert lines(client, ben) == ["Hi First name SMS · Follow-up The sequence is paused On hold"]


@pytest.mark.req("BEY-16")
def test_what_waits_can_be_sent_now_whatever_the_hours_and_how_often(
    client: Client, owner: Staff, ana: Contact, workers: Workers
) -> None:
    hours.set_sending_hours(SendingHours(start=time(12), end=time(20)))
    offer = waiting(ana)

    answer = client.post(f"/contacts/{ana.id}/due/{offer.id}/now", headers=PARTIAL)
    assert "Send now" not in answer.text
    workers.run_until_idle()
    assert offer.status == "sent"


@pytest.mark.req("BEY-16")
def test_what_waits_can_be_skipped_and_the_list_says_by_whom(
    client: Client, owner: Staff, ana: Contact, workers: Workers, monday: ModuleType
) -> None:
    offer = waiting(ana)
    client.post(f"/contacts/{ana.id}/due/{offer.id}/skip", headers=PARTIAL)
    db.session.refresh(offer)
    assert (offer.status, reasons.say(offer.reason)) == ("suppressed", "Skipped by Inès Garnier")

    refused = client.post(f"/contacts/{ana.id}/due/{offer.id}/now", headers=PARTIAL)
    assert refused.status_code == 409
    monday.move(days=2)
    workers.run_until_idle()
    assert offer.status == "suppressed"


def test_only_who_builds_sequences_settles_what_is_due(client: Client, ana: Contact) -> None:
    client.sign_in(make.staff("Léa", "front_desk"))
    offer = waiting(ana)

    assert lines(client, ana)[1].endswith("at most 1 SMS a day Tue 10:00")
    assert client.post(f"/contacts/{ana.id}/due/{offer.id}/now").status_code == 403
    client.sign_in(make.staff("Tom", "teacher"))
    assert client.get(f"/contacts/{ana.id}").status_code == 403


def test_what_is_written_by_hand_and_somebody_elses_is_not_touched(client: Client, owner: Staff, ana: Contact) -> None:
    offer, ben = waiting(ana), make.client("Ben Roy")
    by_hand = outgoing.send_by_hand(ana, "sms", "See you", by=owner)

    for contact, message in ((ana, by_hand), (ben, offer)):
        client.post(f"/contacts/{contact.id}/due/{message.id}/skip", headers=PARTIAL)
        db.session.refresh(message)
        assert message.status == "queued"


def test_the_panel_asks_no_more_for_many_than_for_few(
    client: Client, owner: Staff, live: Live, workers: Workers, monday: ModuleType
) -> None:
    def cost(sequences: int) -> int:
        for number in range(sequences):
            live(SMS | {"wait": {"days": 1}}, title=str(number), trigger="tag.added")
        someone = make.client()
        tag(someone, "New")
        workers.run_until_idle()
        client.get(f"/contacts/{someone.id}")
        with queries.counted() as asked:
            client.get(f"/contacts/{someone.id}")
        return len(asked)

    assert cost(8) == cost(1)


def waiting(of: Contact) -> Message:
    """The one message that waits for its turn."""
    [one] = [message for message in messages(of) if message.status == "queued"]
    return one


# ------------------------------------------------------------------ setting it


@pytest.mark.req("BEY-16")
def test_how_often_is_set_in_a_dialog(client: Client, owner: Staff) -> None:
    said = {"email_most": "2", "email_days": "7", "sms_most": "0", "sms_days": "1", "in_app_most": ""}
    assert client.post("/sequences/pressure", data=said).status_code == 303
    assert pressure.caps() == Caps(email=Cap(most=2, days=7), sms=Cap(most=0, days=1))

    assert "At most 2 e-mails in 7 days" in client.get("/sequences").text
    assert 'value="2"' in client.get("/sequences/pressure", headers=PARTIAL).text


@pytest.mark.parametrize("wrong", [{"email_most": "-1"}, {"email_most": "many"}, {"sms_most": "1", "sms_days": "0"}])
def test_what_makes_no_sense_is_refused(client: Client, owner: Staff, wrong: dict[str, Any]) -> None:
    assert client.post("/sequences/pressure", data=wrong, headers=PARTIAL).status_code == 422
    assert pressure.caps() == Caps()


def test_who_only_looks_cannot_set_it(client: Client) -> None:
    client.sign_in(make.staff("Léa", "front_desk"))
    assert client.post("/sequences/pressure", data={"email_most": "1"}).status_code == 403


@pytest.mark.req("BEY-16")
def test_priority_is_one_of_the_settings_and_goes_through_documents(client: Client, owner: Staff, live: Live) -> None:
    sequence = live(SMS, priority="low")
    assert formats.dump(drafts.draft_of(sequence))["priority"] == "low"

    client.post(f"/sequences/{sequence.id}/settings", data={"title": "Follow-up", "priority": "high"}, headers=PARTIAL)
    db.session.expire_all()
    assert drafts.draft_of(sequence).priority == "high"
    with pytest.raises(formats.Invalid, match="/priority"):
        live(SMS, priority="urgent")


@pytest.mark.req("BEY-16")
def test_how_long_a_message_keeps_is_set_on_its_step(client: Client, owner: Staff, live: Live) -> None:
    sequence = live(SMS | {"stale_after": {"days": 2}})
    form = {"wait-way": "now", "body": "Hi", "keeps_amount": "3", "keeps_unit": "hours"}
    client.post(f"/sequences/{sequence.id}/steps/sms", data=form, headers=PARTIAL)

    db.session.expire_all()
    [step] = formats.dump(drafts.draft_of(sequence))["steps"]
    assert step["stale_after"] == {"hours": 3}
    with pytest.raises(formats.Invalid, match="/steps/0/stale_after"):
        live(SMS | {"stale_after": {"days": 0}})


def test_a_message_keeps_two_weeks_and_no_longer_than_its_date(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    sequence = live(SMS, trigger="tag.added")
    ana = make.client()
    tag(ana, "New")
    workers.run_until_idle()

    [message] = messages(ana)
    assert message.not_after is not None
    assert (message.not_after - message.due_at).days == 14
    assert trace(only(ana)) == [("sms", "done", "")]
    assert sequence.status == "active"
