"""SMS tiers: what the number has used this month, and what happens beyond (SMS-02 to SMS-06)."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from app.contacts import consent
from app.demo import make
from app.messaging import allowance, outgoing, usage
from app.staff import studio
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers


def shown(client: Client) -> int:
    found = re.search(r'id="segments-used">(\d+)<', client.get("/settings/phone").text)
    assert found is not None
    return int(found[1])


@pytest.mark.req("SMS-03")
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


@pytest.fixture
def ines(client: Client, clock: ModuleType) -> Staff:
    clock.set("2026-06-10 12:00", zone="Europe/Paris")
    owner = make.staff("Inès Garnier", "owner")
    client.sign_in(owner)
    return owner


def use_up(segments: int) -> None:
    """So much has been used by calls."""
    make.call(make.client(), answered_seconds=segments * 60)


@pytest.mark.req("SMS-02", "SMS-03")
def test_a_higher_tier_counts_at_once_and_a_lower_one_from_next_month(
    client: Client, ines: Staff, clock: ModuleType
) -> None:
    client.post("/settings/phone/tier", data={"tier": "0"})
    client.post("/settings/phone/tier", data={"tier": "500"})
    assert allowance.allowance().segments is None
    assert "From next month: 500 segments a month" in client.get("/settings/phone").text

    clock.set("2026-07-01 00:00", zone="Europe/Paris")
    assert allowance.allowance().segments == 500
    assert "of 500 segments used this month" in client.get("/settings/phone").text

    client.post("/settings/phone/tier", data={"tier": "1000"})
    assert allowance.allowance().segments == 1000


def test_a_tier_that_does_not_exist_is_refused(client: Client, ines: Staff) -> None:
    assert client.post("/settings/phone/tier", data={"tier": "7"}).status_code == 400
    with pytest.raises(ValueError, match="no such tier"):
        allowance.choose(7, by=ines)


@pytest.mark.req("SMS-05")
def test_beyond_the_allowance_an_sms_leaves_as_an_email_with_the_same_text(
    ines: Staff, workers: Workers, smtp: SmtpSink, twilio: TwilioStandIn
) -> None:
    studio.put(allowance.KEY, allowance.Allowance(segments=250))
    use_up(249)
    ana, ben = make.client("Ana Duarte", language="en"), make.client("Ben Roy", email=None)

    first = outgoing.send_by_hand(ana, "sms", "See you at six", by=ines)
    workers.run_until_idle()
    second = outgoing.send_by_hand(ana, "sms", "Bring a towel", by=ines)
    reminder = outgoing.queue_transactional(ana, "class_reminder", "sms", "", "Tomorrow at six")
    unreachable = outgoing.send_by_hand(ben, "sms", "See you at six", by=ines)
    workers.run_until_idle()

    assert [sms.text for sms in twilio.sent_to(ana.phone or "")] == ["See you at six"]
    assert (first.channel, first.reason) == ("sms", "")
    for turned, text in ((second, "Bring a towel"), (reminder, "Tomorrow at six")):
        assert (turned.channel, turned.status, turned.reason) == ("email", "sent", "allowance_used_up")
        assert any(text in mail.text for mail in smtp.sent_to(ana.email or ""))
    assert (unreachable.status, unreachable.reason) == ("suppressed", "allowance_used_up")


@pytest.mark.req("SMS-05")
def test_who_has_unsubscribed_from_email_gets_no_email_instead(ines: Staff, workers: Workers) -> None:
    studio.put(allowance.KEY, allowance.Allowance(segments=250))
    use_up(250)
    ana = make.client()
    consent.withdraw(ana, ["email_transactional"], by=make.SYSTEM, via="test")

    reminder = outgoing.queue_transactional(ana, "class_reminder", "sms", "", "Tomorrow at six")
    workers.run_until_idle()

    assert (reminder.status, reminder.reason) == ("suppressed", "unsubscribed:email_transactional")


@pytest.mark.req("SMS-06")
def test_owners_and_admins_are_told_once_a_month_and_a_higher_tier_resumes_sms_at_once(
    ines: Staff, workers: Workers, smtp: SmtpSink, twilio: TwilioStandIn, clock: ModuleType
) -> None:
    admin, lea = make.staff("Marcus Bell", "admin"), make.staff("Léa Fontaine")
    studio.put(allowance.KEY, allowance.Allowance(segments=250))
    use_up(250)
    ana = make.client()
    for text in ("one", "two"):
        outgoing.send_by_hand(ana, "sms", text, by=ines)
        workers.run_until_idle()

    for told in (ines, admin):
        [mail] = smtp.sent_to(told.email)
        assert "http://localhost/settings/phone" in mail.text
    assert smtp.sent_to(lea.email) == []

    allowance.choose(500, by=ines)
    outgoing.send_by_hand(ana, "sms", "three", by=ines)
    workers.run_until_idle()
    assert [sms.text for sms in twilio.sent_to(ana.phone or "")] == ["three"]

    clock.set("2026-07-02 12:00", zone="Europe/Paris")
    use_up(500)
    outgoing.send_by_hand(ana, "sms", "four", by=ines)
    workers.run_until_idle()
    assert len(smtp.sent_to(ines.email)) == 2


def test_the_answer_to_a_stop_goes_by_sms_in_any_case(ines: Staff, workers: Workers, twilio: TwilioStandIn) -> None:
    studio.put(allowance.KEY, allowance.Allowance(segments=250))
    use_up(250)
    ana = make.client()

    twilio.receives_sms(ana.phone or "", "AIDE")
    workers.run_until_idle()

    assert len(twilio.sent_to(ana.phone or "")) == 1
