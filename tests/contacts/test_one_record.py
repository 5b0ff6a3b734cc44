"""One person is one record, on one page; and what clients never see."""

from __future__ import annotations

import pytest

from app import clock
from app.contacts import tags
from app.contacts.models import Contact
from app.contacts.tags import Badge
from app.demo import make
from app.events.posting import How
from app.lifecycle import board, stages
from app.messaging import variables
from app.staff.models import Staff
from app.studio import classes, sales
from tests.harness.client import Client
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers


@pytest.mark.req("CUS-02", "GEN-01")
def test_a_profile_gathers_leads_messages_bookings_and_purchases(client: Client, owner: Staff) -> None:
    ana, how = make.contact("Ana Silva", tags=["Regular"]), How(owner, clock.now())
    make.lead(ana, from_source="Website form")
    make.incoming_sms(ana, "May I bring a friend?")
    classes.book_class(ana, {"class_name": "Vinyasa"}, how)
    sales.sell_membership(ana, {"membership": "Ten classes", "kind": "pack"}, how)

    page = client.get(f"/contacts/{ana.id}").text

    for shown in ("Website form", "May I bring a friend?", "Vinyasa", "Ten classes", "Regular", "May we write?"):
        assert shown in page
    assert f'href="/inbox/{ana.id}"' in page


@pytest.mark.req("GEN-03")
def test_a_free_booking_makes_the_client_and_a_lead_alone_does_not(owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    make.lead(ana)
    assert not ana.is_client

    classes.book_class(ana, {"class_name": "Open house", "paid_with": "free"}, How(owner, clock.now()))
    assert ana.is_client


@pytest.mark.req("TAG-05")
def test_clients_never_see_a_tag(client: Client, owner: Staff, twilio: TwilioStandIn, workers: Workers) -> None:
    tags.create_tag("Difficult customer", badge=Badge("DIFF", "red"))
    ana = make.contact("Ana Silva", tags=["Difficult customer"])
    make.sequence({"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}"})
    make.lead(ana)
    workers.run_until_idle()

    assert [key for key in variables.VARIABLES if "tag" in key or "badge" in key] == []
    sent = str(twilio.sent_to(ana.phone or ""))
    assert "Hi Ana" in sent
    assert "Difficult" not in sent
    assert "DIFF" not in sent


@pytest.mark.req("LIFE-20")
def test_a_cold_lead_still_receives_sequences(
    app: object, owner: Staff, twilio: TwilioStandIn, workers: Workers
) -> None:
    ana: Contact = make.contact("Ana Silva")
    board.move_contact(ana, stages.stage_by_key("cold_lead"), by=owner)
    make.sequence({"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}"})

    make.lead(ana)
    workers.run_until_idle()

    assert "Hi Ana" in str(twilio.sent_to(ana.phone or ""))
