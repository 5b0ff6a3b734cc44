"""One message to several people: said beforehand who gets it, sent once to each, and what became of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app import clock as the_clock
from app import events, work
from app.apps import suite
from app.contacts import consent, erase, filters
from app.contacts.filters import Filters
from app.contacts.models import Contact, Tag
from app.db import db
from app.demo import make
from app.messaging import groups, groups_figures, groups_queue, groups_standing, outgoing, permission, reasons
from app.messaging.models import GroupMessage, Message
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers

CLIENT = events.Actor.client()


@pytest.fixture
def ines(app: Flask, client: Client) -> Staff:
    """The owner, signed in at `client`."""
    ines = make.staff("Inès Garnier", "owner")
    client.sign_in(ines)
    return ines


def group_of(
    people: Sequence[Contact], by: Staff, channel: str = "email", text: str = "Hello ##{{first_name}}"
) -> GroupMessage:
    """A draft to these people."""
    chosen = filters.selection(Filters(), clients_only=False, seen_by=by)
    chosen = chosen.where(Contact.id.in_([one.id for one in people]))
    group = groups.begin(chosen, Contact.id.expression, by=by, listed="contacts")
    groups.write(group, channel, "News for ##{{first_name}}", text)
    return group


def begin(client: Client, people: Sequence[Contact], listed: str = "clients") -> GroupMessage:
    """Tick people on a page and press the button below."""
    answer = client.post("/group-messages", data={"of": listed, "ids": [one.id for one in people]})
    assert answer.status_code == 303, answer.text
    return db.session.get_one(GroupMessage, int(answer.headers["Location"].rpartition("/")[2]))


def typed(**more: str) -> dict[str, str]:
    return {"channel": "email", "subject": "Open day", "text": "Hi ##{{first_name}}, come on Sunday"} | more


@pytest.mark.req("UNS-10", "UNS-06", "MSG-07")
def test_a_group_of_five_with_two_unsubscribed_names_two_and_goes_to_three(
    ines: Staff, client: Client, smtp: SmtpSink, workers: Workers
) -> None:
    people = [make.client(name) for name in ("Ana Silva", "Ben Ali", "Zoë Petit", "Sam Vidal", "Eva Roux")]
    for contact in people[:2]:
        consent.withdraw(contact, ["email_marketing"], by=CLIENT, via="footer")
    group = begin(client, people)

    warning = client.post(f"/group-messages/{group.id}/review", data=typed()).text

    assert "2 people get nothing" in warning
    assert re.findall(r'<a class="lnk" href="/contacts/\d+">([^<]+)</a>', warning) == ["Ben Ali", "Ana Silva"]
    assert "Send to 3 people" in warning

    client.post(f"/group-messages/{group.id}/sending")
    workers.run_until_idle()

    assert {to for mail in smtp.mails for to in mail.recipients} == {contact.email for contact in people[2:]}
    page = client.get(f"/group-messages/{group.id}").text
    assert "Unsubscribed from marketing e-mails" in page
    assert figures_on(page) == {"Sent": "3", "Skipped": "2", "Waiting": "0"}


def figures_on(page: str, names: Sequence[str] = ("Sent", "Skipped", "Waiting")) -> dict[str, str]:
    found = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)", page))
    return {name: found[name] for name in names}


@pytest.mark.req("MSG-07", "UNS-03")
def test_it_is_written_for_each_with_a_footer_and_one_click(
    ines: Staff, client: Client, smtp: SmtpSink, workers: Workers
) -> None:
    ana, ben = make.client("Ana Silva"), make.client("Ben Ali")
    group = begin(client, [ana, ben])
    client.post(f"/group-messages/{group.id}/text", data=typed(text="Hi ##{{first_name}}, ##{{nonsense}}"))
    client.post(f"/group-messages/{group.id}/sending")
    workers.run_until_idle()

    [mail] = smtp.sent_to(ana.email or "")
    assert mail.subject == "Open day"
    assert mail.text.startswith("Hi Ana, ##{{nonsense}}\n")
    assert "/u/" in mail.header("List-Unsubscribe")
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert "No more offers by e-mail" in mail.text
    assert smtp.sent_to(ben.email or "")[0].text.startswith("Hi Ben")


@pytest.mark.req("UNS-06")
def test_whoever_unsubscribes_before_it_leaves_gets_nothing(ines: Staff, smtp: SmtpSink, workers: Workers) -> None:
    ana, ben = make.client(), make.client()
    group = group_of([ana, ben], ines)
    groups.send(group)
    groups_queue.queue_batch()
    consent.withdraw(ana, ["email_marketing"], by=CLIENT, via="footer")
    workers.run_until_idle()

    assert [mail.recipients for mail in smtp.mails] == [(ben.email,)]


@pytest.mark.req("UNS-09")
def test_one_alone_gets_it_all_the_same_two_do_not(ines: Staff, smtp: SmtpSink, workers: Workers) -> None:
    ana, ben = make.client(), make.client()
    consent.withdraw(ana, ["email_marketing"], by=CLIENT, via="footer")
    groups.send(group_of([ana, ben], ines))
    outgoing.send_by_hand(ana, "email", "Your scarf is here", "Scarf", by=ines)
    workers.run_until_idle()

    assert [mail.subject for mail in smtp.sent_to(ana.email or "")] == ["Scarf"]
    assert len(smtp.sent_to(ben.email or "")) == 1


@pytest.mark.req("UNS-08")
def test_who_wants_no_marketing_sms_still_gets_a_reminder(
    ines: Staff, client: Client, twilio: TwilioStandIn, workers: Workers
) -> None:
    ana = make.client("Ana Silva")
    client.post(f"/contacts/{ana.id}/consent", data={"consent": "sms_marketing"})
    consent.withdraw(ana, ["sms_marketing"], by=ines, via="staff")
    make.sequence({"id": "hi", "do": "sms", "body": "Come and see us"})
    make.lead(ana)
    groups.send(group_of([ana, make.client()], ines, "sms"))
    outgoing.queue_transactional(ana, "class.reminder", "sms", "", "Yin at 18:00")
    workers.run_until_idle()

    assert [sms.text for sms in twilio.sent_to(ana.phone or "")] == ["Yin at 18:00"]
    held = db.session.scalars(select(Message).where(Message.contact_id == ana.id, Message.status == "suppressed")).one()
    assert held.reason == reasons.UNSUBSCRIBED["sms_marketing"]


@pytest.mark.parametrize("channel", groups.CHANNELS)
def test_what_is_said_beforehand_is_what_is_asked_at_sending(ines: Staff, channel: str) -> None:
    """The warning asks the database for all at once, delivery asks one by one: they must not differ."""
    people = []
    for number, (reachable, subscribed, bounced) in enumerate(itertools.product((True, False), repeat=3)):
        contact = make.client(f"Somebody {number}", **({} if reachable else {"email": None, "phone": None}))
        contact.email_marketing = contact.sms_marketing = subscribed
        contact.email_bounced_at = the_clock.now() if bounced else None
        people.append(contact)
    erased = make.client("Gone")
    group = group_of([*people, erased], ines, channel)
    erase.erase_contact(erased, by=ines)
    db.session.flush()

    rows = db.session.execute(select(Contact.id, permission.why_not_in_a_group(channel)))
    said = {row[0]: row[1] for row in rows}
    for contact in [*people, erased]:
        message = Message(channel=channel, category="manual", kind="bulk")
        assert said[contact.id] == (permission.why_not(message, contact) or "")
    standing = groups_standing.of(group)
    assert standing.people == len(people) + 1
    assert standing.gets == sum(not why for why in said.values())


def test_somebody_with_two_leads_gets_it_once(ines: Staff, client: Client, smtp: SmtpSink, workers: Workers) -> None:
    ana = make.contact("Ana Silva")
    leads = [make.lead(ana), make.lead(ana, from_source="Referral"), make.lead(make.contact("Ben Ali"))]
    group = begin(client, leads, "leads")  # type: ignore[arg-type]
    page = client.post(f"/group-messages/{group.id}/text", data=typed(), headers=PARTIAL).text
    client.post(f"/group-messages/{group.id}/sending")
    workers.run_until_idle()

    assert "3 rows are 2 people" in page
    assert len(smtp.sent_to(ana.email or "")) == 1
    assert len(smtp.mails) == 2


PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.req("LEAD-21")
def test_all_leads_of_a_filter_are_written_to_and_no_closed_one(
    ines: Staff, client: Client, smtp: SmtpSink, workers: Workers
) -> None:
    opened, closed = make.lead(), make.lead()
    client.post(f"/leads/{closed.id}/status", data={"status": "not_converted"})
    answer = client.post("/group-messages?status=open", data={"of": "leads", "whole": "1"})
    group_id = int(answer.headers["Location"].rpartition("/")[2])
    client.post(f"/group-messages/{group_id}/text", data=typed())
    client.post(f"/group-messages/{group_id}/sending")
    workers.run_until_idle()

    assert [mail.recipients for mail in smtp.mails] == [(opened.contact.email,)]


def test_a_list_s_filter_is_applied_by_the_server(ines: Staff, client: Client) -> None:
    make.client("Ana Silva", tags=["Regular"])
    make.client("Ben Ali")
    make.contact("Zoë Petit", tags=["Regular"])
    tag = db.session.scalars(select(Tag.id)).one()
    answer = client.post(f"/group-messages?tag={tag}", data={"of": "clients", "whole": "1"})
    group = db.session.get_one(GroupMessage, int(answer.headers["Location"].rpartition("/")[2]))

    assert [one.name for one in groups_standing.readers(group, limit=9)] == ["Ana Silva"]
    assert client.post("/group-messages?tag=987654", data={"of": "clients", "whole": "1"}).status_code == 422
    assert client.post("/group-messages", data={"of": "passers-by", "whole": "1"}).status_code == 404


def test_a_large_group_is_made_in_batches_that_a_kill_does_not_repeat(
    ines: Staff, smtp: SmtpSink, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups_queue, "BATCH", 2)
    group = group_of([make.client() for _ in range(5)], ines)
    with queries.counted() as asked:
        groups.send(group)
    assert made(group) == 0, "nothing of it is made while somebody waits for the page"
    assert len(asked) <= 3

    work.run_batch("queue_group_messages")
    assert made(group) == 2
    groups_queue.queue_batch()
    db.session.rollback()  # a worker killed in the middle of the second batch
    assert made(group) == 2
    workers.run_until_idle()

    assert made(group) == 5
    assert len({to for mail in smtp.mails for to in mail.recipients}) == len(smtp.mails) == 5
    assert group.state == groups.DONE


def made(group: GroupMessage) -> int:
    return db.session.scalar(select(func.count()).where(Message.group_id == group.id)) or 0


def test_nobody_gets_it_twice_whatever_happens(ines: Staff, smtp: SmtpSink, workers: Workers) -> None:
    ana = make.client()
    group = group_of([ana], ines)
    groups.send(group)
    workers.run_until_idle()
    db.session.execute(update(GroupMessage).values(state=groups.QUEUEING, queued_to=0))
    workers.run_until_idle()

    assert len(smtp.mails) == 1
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            Message.__table__.insert(),  # type: ignore[attr-defined]
            {"group_id": group.id, "contact_id": ana.id, "channel": "email", "category": "manual"}
            | dict.fromkeys(("queued_at", "due_at"), the_clock.now()),
        )


def test_the_second_press_of_send_says_so(ines: Staff, client: Client) -> None:
    group = group_of([make.client()], ines)
    assert client.post(f"/group-messages/{group.id}/sending").status_code == 303
    assert client.post(f"/group-messages/{group.id}/sending").status_code == 409
    assert client.post(f"/group-messages/{group.id}/text", data=typed()).status_code == 409


@pytest.mark.req("BEY-13")
def test_a_message_by_hand_does_not_wait_behind_a_group(ines: Staff, twilio: TwilioStandIn, workers: Workers) -> None:
    groups.send(group_of([make.client() for _ in range(4)], ines, "sms"))
    work.run_batch("queue_group_messages")
    ana = make.client()
    outgoing.send_by_hand(ana, "sms", "See you at 18:00", by=ines)
    db.session.commit()
    work.run("deliver_urgent_messages")

    assert [sms.to for sms in twilio.messages] == [ana.phone]


def test_what_has_not_left_can_be_called_off(
    ines: Staff, client: Client, smtp: SmtpSink, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups_queue, "BATCH", 3)
    group = group_of([make.client() for _ in range(5)], ines)
    groups.send(group)
    work.run_batch("queue_group_messages")
    answer = client.post(f"/group-messages/{group.id}/cancellation", headers=PARTIAL)
    workers.run_until_idle()

    assert "5 messages held back" in answer.headers["HX-Trigger"]
    assert smtp.mails == []
    figures = groups_figures.of(group)
    assert (figures.waiting, figures.sent, figures.skipped) == (0, 0, 5)
    assert "Called off" in client.get("/group-messages").text


@pytest.mark.req("MSG-01", "MSG-03")
def test_it_stands_under_sent_manually_and_in_each_thread(
    ines: Staff, client: Client, smtp: SmtpSink, workers: Workers
) -> None:
    ana, ben, lea = make.client("Ana Silva"), make.client("Ben Ali"), make.staff("Léa Fontaine")
    group = group_of([ana, ben], ines)
    groups.send(group)
    outgoing.send_by_hand(ben, "email", "Hello", "By Léa", by=lea)
    workers.run_until_idle()

    log = client.get(f"/settings/messages?category=manual&sender={ines.id}").text
    assert log.count("News for ") == 2
    assert "By Léa" not in log
    assert "News for Ana" in client.get(f"/inbox/{ana.id}").text
    assert "News for" not in client.get("/settings/messages").text
    assert client.get(f"/settings/messages?category=manual&group={group.id}").text.count("News for ") == 2


def test_a_copy_is_looked_at_and_sent_to_oneself(ines: Staff, client: Client, smtp: SmtpSink, workers: Workers) -> None:
    ana, ben = make.client("Ana Silva"), make.client("Ben Ali")
    group = group_of([ana, ben], ines)

    assert "Hello Ben" in client.get(f"/group-messages/{group.id}/mail?reader={ben.id}").text
    assert "Hello Ana" in client.get(f"/group-messages/{group.id}/mail?reader={make.client().id}").text
    client.post(f"/group-messages/{group.id}/test", data=typed(reader=str(ben.id)))
    workers.run_until_idle()

    [mail] = smtp.mails
    assert (mail.recipients, mail.subject) == ((ines.email,), "Test: Open day")
    assert mail.text.startswith("Hi Ben, come on Sunday")
    assert group.state == groups.DRAFT


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"text": " "}, "Write something first."),
        ({"subject": ""}, "Give the e-mail a subject."),
        ({"channel": "sms", "text": "x" * 1601}, "An SMS has 1,600 characters at the most; this one has 1601."),
    ],
)
def test_what_is_not_finished_is_not_sent(ines: Staff, client: Client, fields: dict[str, str], refusal: str) -> None:
    group = begin(client, [make.client()])
    review = client.post(f"/group-messages/{group.id}/review", data=typed(**fields))

    assert refusal in review.text
    assert re.search(r"<button[^>]*disabled", review.text)
    assert client.post(f"/group-messages/{group.id}/sending").status_code == 422


@pytest.mark.req("ROLE-05")
def test_a_variable_is_named_in_lists_and_a_wrong_one_is_said_before_sending(
    ines: Staff, client: Client, workers: Workers
) -> None:
    group = group_of([make.client("Ana Silva"), make.client("Ben Ali")], ines)
    wrong = typed(subject="A place for ##{{first_name}}", text="Hi ##{{first_nam}}")

    review = client.post(f"/group-messages/{group.id}/review", data=wrong).text

    assert "Not a variable, so it stays as typed: first_nam" in review
    assert "A place for First name" in review
    assert "A place for First name" in client.get("/group-messages").text
    client.post(f"/group-messages/{group.id}/sending")
    workers.run_until_idle()
    assert "##{{first_name}}" not in client.get(f"/group-messages/{group.id}").text


def test_somebody_held_to_one_location_reaches_only_its_people(client: Client, app: Flask) -> None:
    here, there = make.location("Croix-Rousse"), make.location("Confluence")
    ana, ben = make.client("Ana Silva", location=here), make.client("Ben Ali", location=there)
    theirs = group_of([ana, ben], make.staff("Inès Garnier", "owner"))
    client.sign_in(make.staff("Léa Fontaine", only_location=here))
    group = begin(client, [ana, ben])

    assert [one.name for one in groups_standing.readers(group, limit=9)] == ["Ana Silva"]
    assert client.get(f"/group-messages/{theirs.id}").status_code == 404


def test_drafts_left_empty_do_not_pile_up(ines: Staff, client: Client) -> None:
    ana = make.client()
    for _ in range(3):
        begin(client, [ana])
    kept = begin(client, [ana])
    client.post(f"/group-messages/{kept.id}/text", data=typed())
    begin(client, [ana])
    address = f"/group-messages/{kept.id}"

    assert db.session.scalar(select(func.count()).select_from(GroupMessage)) == 2
    assert client.post(f"{address}/deletion").status_code == 303
    assert client.get(address).status_code == 404


def test_the_list_of_groups_asks_the_same_however_many_there_are(ines: Staff, client: Client) -> None:
    def ask() -> int:
        with queries.counted() as asked:
            assert client.get("/group-messages").status_code == 200
        return len(asked)

    groups.send(group_of([make.client()], ines))
    few = ask()
    for _ in range(5):
        groups.send(group_of([make.client()], ines))

    assert ask() <= few


@pytest.mark.req("MSG-06", "APP-03")
def test_without_the_suite_an_e_mail_goes_to_74_people_and_not_to_75(
    ines: Staff, client: Client, smtp: SmtpSink, twilio: TwilioStandIn, workers: Workers
) -> None:
    people = [make.contact() for _ in range(201)]
    consent.withdraw(people[0], ["email_marketing"], by=CLIENT, via="footer")
    suite.switch(on=False, by=ines)
    many, few = group_of(people, ines), group_of(people[: groups.WITH_SUITE], ines)
    just, short = group_of(people[: groups.WITH_SUITE + 1], ines), group_of(people[: groups.WITH_SUITE], ines, "sms")

    review = client.post(f"/group-messages/{many.id}/review", data=typed()).text
    assert "An e-mail to 75 people or more at once needs the marketing suite." in review
    assert 'href="/apps"' in review
    assert client.post(f"/group-messages/{many.id}/sending").status_code == 422
    assert client.post(f"/group-messages/{just.id}/sending").status_code == 422
    assert client.post(f"/group-messages/{few.id}/sending").status_code == 303
    assert client.post(f"/group-messages/{short.id}/sending").status_code == 303
    workers.run_until_idle()
    assert (len(smtp.mails), len(twilio.messages)) == (74, 75)

    suite.switch(on=True, by=ines)
    assert client.post(f"/group-messages/{many.id}/sending").status_code == 303
    workers.run_until_idle()
    assert len(smtp.mails) == 74 + 200
