"""Segments: lists narrowed by rules, kept under a name, shown above the list, written to as a whole."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import rules
from app.contacts import consent, criteria, custom_fields, filters, segments, tags
from app.contacts.models import Contact, Segment
from app.db import db
from app.demo import make
from app.events import posting
from app.leads import board as leads_board
from app.leads import segments as lead_segments
from app.leads.models import NOT_CONVERTED, Lead
from app.lifecycle import board, stages
from app.messaging.models import GroupMessage
from app.rules import RuleUse
from app.rules.registry import COMPARISONS
from app.staff import tokens
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.work import Workers

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def names(html: str) -> set[str]:
    """The people in the rows of a list of people or of leads."""
    return set(re.findall(r'<b[^>]*><a href="/(?:contacts|leads)/\d+"[^>]*>([^<]*)</a>', html))


def said(*uses: dict[str, Any], match: str = "all") -> dict[str, str]:
    """An address's query that asks for rules."""
    return {"rules": json.dumps(uses), "match": match}


def save(client: Client, scope: str, name: str, asked: dict[str, Any], kind: str = "dynamic") -> Segment:
    """Save what an address narrows, as the dialog does."""
    answer = client.post(f"/segments/{scope}/new", query_string=asked, data={"name": name, "kind": kind})
    assert answer.status_code == 303, answer.text
    return db.session.scalars(select(Segment).order_by(Segment.id.desc()).limit(1)).one()


def tabs(html: str) -> list[str]:
    """The segments above a list, in their order."""
    nav = re.search(r'<nav[^>]*class="tabs".*?</nav>', html, flags=re.DOTALL)
    assert nav is not None
    return re.findall(r'<a href="[^"]*segment=\d+"[^>]*>([^<]+?) <span', nav[0])


@pytest.mark.req("SEG-05")
def test_the_client_list_is_narrowed_to_exactly_the_tagged(client: Client, owner: Staff) -> None:
    make.client("Ana Silva", tags=["Advanced"])
    make.client("Ben Ali", tags=["Regular"])
    make.contact("Zoë Petit", tags=["Advanced"])

    drawer = client.post("/segments/clients/criteria", data={"rules": "[]", "add": "tag.has"}).text
    changed = client.post(
        "/segments/clients/criteria",
        data={"rules": json.dumps([{"rule": "tag.has", "value": "Regular"}]), "rule0-chosen": "Advanced"},
    ).text
    found = re.search(r'href="(/clients\?rules=[^"]+)"[^>]*><span>Show 1 client<', changed)

    assert "Has the tag" in drawer
    assert found is not None
    assert names(client.get(found[1].replace("&amp;", "&")).text) == {"Ana Silva"}


def test_changing_the_criteria_of_a_segment_begins_with_its_own(client: Client, owner: Staff) -> None:
    make.client("Ana Silva", tags=["Regular"])
    segment = save(client, "clients", "Regulars", said({"rule": "tag.has", "value": "Regular"}, {"rule": "hot"}))

    drawer = client.get(f"/segments/clients/criteria?segment={segment.id}").text

    assert "Has the tag Regular" in drawer
    assert "Is hot" in drawer
    assert "Show 0 clients" in drawer


CRITERIA = [
    {"rule": "tag.has", "value": "Advanced"},
    {"rule": "membership.active"},
    {"rule": "visits.count", "op": ">=", "value": 1},
    {"rule": "bookings.count", "op": ">=", "value": 1},
    {"rule": "last_visit.days_ago", "op": "<=", "value": 3},
    {"rule": "location", "value": "Croix-Rousse"},
    {"rule": "custom.goal", "op": "==", "value": "Strength"},
    {"rule": "lifecycle.stage", "value": "cold_lead"},
    {"rule": "hot"},
    {"rule": "consent", "value": "sms_marketing", "not": True},
]


@pytest.mark.req("SEG-05")
@pytest.mark.parametrize("use", CRITERIA, ids=lambda use: use["rule"])
def test_each_criterion_leaves_those_it_says(client: Client, owner: Staff, use: dict[str, Any]) -> None:
    here = make.location("Croix-Rousse")
    ana = make.client("Ana Silva", tags=["Advanced"], location=here, custom={"goal": "Strength"})
    make.client("Ben Ali")
    board.move_contact(ana, stages.stage_by_key("cold_lead"), by=owner)
    consent.withdraw(ana, ["sms_marketing"], by=owner, via="staff")
    ana.hot_since = the_clock.now()
    post(ana, "membership.purchased", membership="Unlimited", kind="subscription", price_cents=8900)
    post(ana, "class.booked", class_name="Yin", booking_id="b1", starts_at=the_clock.now().isoformat())
    post(ana, "class.visited", class_name="Yin", booking_id="b1")

    assert names(client.get("/clients", query_string=said(use)).text) == {"Ana Silva"}


def post(of: Contact, event: str, **data: object) -> None:
    """The studio's booking system says what happened."""
    posting.post(event, of, data, posting.How(make.SYSTEM, the_clock.now()))


@pytest.mark.req("SEG-06")
def test_a_dynamic_segment_grows_and_a_static_one_does_not(client: Client, owner: Staff) -> None:
    make.client("Ana Silva", tags=["Regular"])
    ben = make.client("Ben Ali")
    asked = said({"rule": "tag.has", "value": "Regular"})
    moving = save(client, "clients", "Regulars", asked)
    kept = save(client, "clients", "Regulars of March", asked, kind="static")

    tags.add_tags([ben.id], tags.find_or_create_tags(["Regular"]), by=owner)

    assert names(client.get(f"/clients?segment={moving.id}").text) == {"Ana Silva", "Ben Ali"}
    assert names(client.get(f"/clients?segment={kept.id}").text) == {"Ana Silva"}


@pytest.mark.req("SEG-07")
def test_a_saved_segment_is_a_tab_beside_all_clients(client: Client, owner: Staff) -> None:
    make.client("Ana Silva", tags=["Regular"])
    make.client("Ben Ali")
    tag = tags.all_tags()[0]
    segment = save(client, "clients", "Regulars", {"tag": tag.id})

    page = client.get("/clients").text
    assert "All clients" in page
    assert tabs(page) == ["Regulars"]
    assert re.search(r"Regulars <span class=\"c\">1</span>", page)
    assert segment.rules == [{"rule": "tag.has", "value": "Regular"}]
    assert tabs(client.get("/contacts").text) == []
    again = client.post("/segments/clients/new", query_string={"tag": tag.id}, data={"name": "regulars"})
    assert again.status_code == 422
    assert "There is a segment “regulars” already." in again.text


@pytest.mark.req("SEG-08", "UNS-10")
def test_a_segment_is_written_to_as_a_whole(client: Client, owner: Staff, smtp: SmtpSink, workers: Workers) -> None:
    ana, ben = make.client("Ana Silva", tags=["Regular"]), make.client("Ben Ali", tags=["Regular"])
    make.client("Zoë Petit")
    consent.withdraw(ben, ["email_marketing"], by=owner, via="staff")
    segment = save(client, "clients", "Regulars", said({"rule": "tag.has", "value": "Regular"}))

    page = client.get(f"/clients?segment={segment.id}").text
    button = re.search(r'<form method="post" action="([^"]+)"[^>]*>(?:(?!</form>).)*Contact clients', page, re.DOTALL)
    assert button is not None
    address = button[1].replace("&amp;", "&")
    begun = client.post(address, data={"of": "clients", "whole": "1"}).headers["Location"]
    draft = client.post(f"{begun}/review", data={"channel": "email", "subject": "Hello", "text": "News"}).text
    client.post(f"{begun}/sending")
    workers.run_until_idle()

    assert "1 person gets nothing" in draft
    assert "Ben Ali" in draft
    assert [mail.recipients for mail in smtp.mails] == [(ana.email,)]
    assert db.session.scalars(select(GroupMessage)).one().segment == "Regulars"


@pytest.mark.req("SEG-09")
def test_a_segment_narrows_the_inbox_to_its_members(client: Client, owner: Staff) -> None:
    ana, ben = make.client("Ana Silva", tags=["Regular"]), make.client("Ben Ali")
    make.incoming_sms(ana, "Is there a class on Sunday?")
    make.incoming_sms(ben, "What should I bring?")
    segment = save(client, "clients", "Regulars", said({"rule": "tag.has", "value": "Regular"}))

    inbox = client.get("/inbox").text
    tab = re.search(r'href="(/inbox\?segment=\d+)"[^>]*>Regulars<', inbox)
    assert tab is not None
    assert "What should I bring?" in inbox
    narrowed = client.get(tab[1]).text
    assert "Is there a class on Sunday?" in narrowed
    assert "What should I bring?" not in narrowed
    for gone in (segment.id + 1, 10**30, -1):
        assert "What should I bring?" not in client.get(f"/inbox?segment={gone}").text
        assert client.get(f"/segments/clients/criteria?segment={gone}").status_code == 200


@pytest.mark.req("SEG-12")
def test_those_who_signed_up_to_a_class_are_tagged_and_written_to(
    client: Client, owner: Staff, smtp: SmtpSink, workers: Workers
) -> None:
    """The worked example: sign-up, sequence, tag, segment, message."""
    make.sequence(
        {"id": "tag", "do": "tag.add", "tags": ["Took Yin"]}, trigger="class.booked", filters={"class": "Yin"}
    )
    segment = save(client, "clients", "Yin", said({"rule": "tag.has", "value": "Took Yin"}))
    people = [make.client(name) for name in ("Ana Silva", "Ben Ali", "Zoë Petit", "Sam Vidal")]
    for contact, class_name in zip(people, ("Yin", "Yin", "Yin", "Hatha"), strict=True):
        post(contact, "class.booked", class_name=class_name)
    workers.run_until_idle()

    assert names(client.get(f"/clients?segment={segment.id}").text) == {"Ana Silva", "Ben Ali", "Zoë Petit"}
    begun = client.post(f"/group-messages?segment={segment.id}", data={"of": "clients", "whole": "1"}).headers[
        "Location"
    ]
    client.post(f"{begun}/text", data={"channel": "email", "subject": "Yin", "text": "Until Thursday"})
    client.post(f"{begun}/sending")
    workers.run_until_idle()

    assert {to for mail in smtp.mails for to in mail.recipients} == {one.email for one in people[:3]}


def test_a_segment_that_is_gone_holds_nobody(client: Client, owner: Staff) -> None:
    """A page left open must not write to everybody because a colleague removed the segment meanwhile."""
    make.client("Ana Silva", tags=["Regular"])
    segment = save(client, "clients", "Regulars", said({"rule": "tag.has", "value": "Regular"}))
    query = {"segment": segment.id}
    assert client.post(f"/segments/{segment.id}/deletion").status_code == 303

    assert client.post("/group-messages", query_string=query, data={"of": "clients", "whole": "1"}).status_code == 422
    assert names(client.get("/clients", query_string=query).text) == set()


@pytest.mark.parametrize(
    "asked",
    [
        "nonsense",
        '[{"rule":"no.such"}]',
        '[{"rule":"bookings.count","op":"=>","value":1}]',
        '[{"rule":"bookings.count","op":">=","value":"x"}]',
        '[{"rule":"bookings.count","op":">=","value":99999999999999999999}]',
        '[{"rule":"tag.has","value":[["x"]]}]',
        '[{"rule":"lead.created_on","op":">=","value":"yesterday"}]',
        "[" + ",".join(['{"rule":"hot"}'] * 21) + "]",
    ],
)
def test_criteria_that_make_no_sense_hold_for_nobody(client: Client, owner: Staff, asked: str) -> None:
    make.client("Ana Silva")

    page = client.get("/clients", query_string={"rules": asked})

    assert page.status_code == 200
    assert names(page.text) == set()


@pytest.mark.req("SEG-01")
def test_source_and_status_together_leave_the_leads_that_match_both(client: Client, owner: Staff) -> None:
    """Both of one lead: Ben's other lead is open, but it is not the one from the form."""
    ben = make.contact("Ben Ali")
    make.lead(make.contact("Ana Silva"), from_source="Website form")
    closed = make.lead(ben, from_source="Website form")
    make.lead(ben, from_source="Referral")
    leads_board.set_status(closed, NOT_CONVERTED, by=owner)
    source = closed.source_id

    assert names(client.get(f"/leads?source={source}&status=open").text) == {"Ana Silva"}
    segment = save(client, "leads", "From the form", {"source": source, "status": "open"})
    assert names(client.get(f"/leads?segment={segment.id}").text) == {"Ana Silva"}


@pytest.mark.req("SEG-01")
def test_leads_are_narrowed_by_tag_and_by_custom_field(client: Client, owner: Staff) -> None:
    make.lead(make.contact("Ana Silva", tags=["Early bird"], custom={"goal": "Strength"}))
    make.lead(make.contact("Ben Ali", tags=["Early bird"]))
    make.lead(make.contact("Zoë Petit", custom={"goal": "Strength"}))
    tagged, field = {"rule": "tag.has", "value": "Early bird"}, {"rule": "custom.goal", "op": "==", "value": "strength"}

    assert names(client.get("/leads", query_string=said(tagged)).text) == {"Ana Silva", "Ben Ali"}
    assert names(client.get("/leads", query_string=said(tagged, field)).text) == {"Ana Silva"}
    assert names(client.get("/leads", query_string=said(tagged, field, match="any")).text) == {
        "Ana Silva",
        "Ben Ali",
        "Zoë Petit",
    }


FIELDS = {"goal": ("choice", ["Strength", "Rest"]), "since": ("date", []), "age": ("number", []), "new": ("yes_no", [])}


@pytest.mark.req("SEG-01", "CUS-04")
@pytest.mark.parametrize(
    "asked",
    [
        ("goal", {"chosen": "Strength"}, "Goal is Strength", {"Ana Silva"}),
        ("goal", {"chosen": ["Strength", "Rest"]}, "Goal is Strength or Rest", {"Ana Silva", "Ben Ali"}),
        ("goal", {"chosen": "Rest", "negate": "1"}, "Not: Goal is Rest", {"Ana Silva", "Zoë Petit"}),
        ("since", {"op": ">=", "day": "2026-02-01"}, "Since on or after 1 February", {"Ben Ali"}),
        ("age", {"op": ">", "number": "9"}, "Age more than 9", {"Ana Silva", "Ben Ali"}),
        ("new", {"chosen": "true"}, "New is Yes", {"Ana Silva"}),
        ("new", {"chosen": "false"}, "New is No", {"Ben Ali"}),
    ],
)
def test_a_custom_field_is_asked_about_in_the_way_of_its_kind(
    client: Client, owner: Staff, clock: ModuleType, asked: tuple[str, dict[str, Any], str, set[str]]
) -> None:
    field, typed, words, found = asked
    clock.set("2026-03-20 10:00")
    for key, (kind, offered) in FIELDS.items():
        custom_fields.create_field(key.capitalize(), kind, choices=offered)
    make.client("Ana Silva", custom={"goal": "Strength", "since": "2026-01-20", "age": 41, "new": True})
    make.client("Ben Ali", custom={"goal": "Rest", "since": "2026-02-20", "age": 10, "new": False})
    make.client("Zoë Petit")
    begun = client.post("/segments/clients/criteria", data={"rules": "[]", "add": f"custom.{field}"}).text
    rules_then = html.unescape(re.findall(r'name="rules" value="([^"]*)"', begun)[0])

    drawer = client.post(
        "/segments/clients/criteria",
        data={"rules": rules_then} | {f"rule0-{name}": value for name, value in typed.items()},
    ).text
    rules_now = html.unescape(re.findall(r'name="rules" value="([^"]*)"', drawer)[0])

    assert f'<legend class="label">{words}' in drawer
    assert names(client.get("/clients", query_string={"rules": rules_now, "match": "all"}).text) == found


def test_a_number_is_not_looked_for_in_what_is_no_number(client: Client, owner: Staff) -> None:
    """The API takes such a rule, and one text among the values must not spoil the list."""
    make.client("Ana Silva", custom={"level": "Advanced"})
    make.client("Ben Ali", custom={"level": 7})

    page = client.get("/clients", query_string=said({"rule": "custom.level", "op": ">=", "value": 5}))

    assert names(page.text) == {"Ben Ali"}


@pytest.mark.req("SEG-02")
def test_not_converted_lists_no_closed_lead(client: Client, owner: Staff) -> None:
    make.lead(make.contact("Ana Silva"))
    leads_board.set_status(make.lead(make.contact("Ben Ali")), NOT_CONVERTED, by=owner)
    drawer = client.get("/leads/filters").text
    option = re.search(r'name="status" value="([^"]+)"[^>]*><span>Not converted', drawer)

    assert option is not None
    assert names(client.get(f"/leads?status={option[1]}").text) == {"Ana Silva"}


@pytest.mark.req("SEG-03", "ABN-09")
def test_a_lead_filter_is_saved_under_a_name_and_one_click_restores_it(client: Client, owner: Staff) -> None:
    source = make.source("Abandoned checkout")
    make.lead(make.contact("Ana Silva"), from_source="Abandoned checkout")
    make.lead(make.contact("Ben Ali"))
    assert "Save segment" in client.get(f"/leads?source={source.id}").text

    save(client, "leads", "Left at the till", {"source": source.id})
    page = client.get("/leads").text

    assert tabs(page) == ["Left at the till"]
    tab = re.search(r'<a href="([^"]*segment=\d+)"', page)
    assert tab is not None
    assert names(client.get(tab[1]).text) == {"Ana Silva"}


FILTERS: list[dict[str, Any]] = [
    {"status": "closed"},
    {"status": "not_contacted"},
    {"stage": 1},
    {"source": 1},
    {"assignee": "0"},
    {"created": "today"},
    {"created": "7"},
    {"from": "2026-03-01", "to": "2026-03-10"},
    {"hot": "1"},
    {"fraud": "hidden"},
]


@pytest.mark.req("SEG-03")
@pytest.mark.parametrize("asked", FILTERS, ids=str)
def test_a_saved_filter_of_leads_leaves_the_same_leads(
    client: Client, owner: Staff, clock: ModuleType, asked: dict[str, Any]
) -> None:
    clock.set("2026-03-01 00:30", zone="Europe/Paris")
    make.lead(make.contact("Ana Silva"))
    clock.set("2026-03-10 23:30", zone="Europe/Paris")
    ben = make.lead(make.contact("Ben Ali"), from_source="Referral")
    leads_board.set_status(ben, NOT_CONVERTED, by=owner)
    clock.set("2026-03-17 00:10", zone="Europe/Paris")
    eva = make.lead(make.contact("Eva Roux", email=None, phone=None))
    eva.faults, eva.assignee = {"email": "eva@"}, owner
    eva.contact.hot_since = the_clock.now()
    clock.set("2026-03-17 09:00", zone="Europe/Paris")
    segment = save(client, "leads", "Kept", asked)

    expected = names(client.get("/leads", query_string=asked).text)
    assert names(client.get(f"/leads?segment={segment.id}").text) == expected


@pytest.mark.req("SEG-04")
def test_segments_are_put_in_another_order_renamed_and_removed(client: Client, owner: Staff) -> None:
    kept = [save(client, "leads", name, {"status": "open"}) for name in ("One", "Two", "Three")]
    ids = [one.id for one in kept]
    client.post("/segments/leads/order", data={"order": f"{ids[2]},{ids[0]},{ids[1]},999"})
    assert tabs(client.get("/leads").text) == ["Three", "One", "Two"]

    assert client.post(f"/segments/{ids[0]}/name", data={"name": "First"}).status_code == 303
    assert client.post(f"/segments/{ids[1]}/name", data={"name": "first"}).status_code == 422
    assert client.post(f"/segments/{ids[1]}/name", data={"name": " "}).status_code == 422
    rows = client.post(f"/segments/{ids[1]}/deletion", headers=HX).text
    assert 'id="segment-rows"' in rows
    assert tabs(client.get("/leads").text) == ["Three", "First"]


@pytest.mark.req("SEG-11")
def test_the_segment_cold_lead_lists_exactly_those_in_that_stage(client: Client, owner: Staff) -> None:
    board.move_contact(make.contact("Ana Silva"), stages.stage_by_key("cold_lead"), by=owner)
    make.contact("Ben Ali")
    board.move_contact(make.contact("Sam Vidal"), None, by=owner)
    cold = save(client, "contacts", "Cold lead", {"stage": "cold_lead"})
    none = save(client, "contacts", "Nowhere", {"stage": "none"})

    assert names(client.get(f"/contacts?segment={cold.id}").text) == {"Ana Silva"}
    assert names(client.get(f"/contacts?segment={none.id}").text) == {"Sam Vidal"}


@pytest.mark.req("ROLE-04")
def test_an_agent_gets_no_segment_by_stage_and_no_such_criterion(client: Client, owner: Staff) -> None:
    board.move_contact(make.contact("Ana Silva"), stages.stage_by_key("cold_lead"), by=owner)
    make.contact("Ben Ali")
    asked = said({"rule": "lifecycle.stage", "value": "cold_lead"})
    segment = save(client, "contacts", "Cold lead", asked)
    client.sign_in(make.staff("Tom Wright", "agent"))

    assert tabs(client.get("/contacts").text) == []
    assert names(client.get(f"/contacts?segment={segment.id}").text) == set()
    assert names(client.get("/contacts", query_string=asked).text) == {"Ana Silva", "Ben Ali"}
    assert "lifecycle.stage" not in client.get("/segments/contacts/criteria").text
    assert client.post(f"/segments/{segment.id}/name", data={"name": "x"}).status_code == 404


def test_any_of_these_cannot_be_kept_beside_other_filters(client: Client, owner: Staff) -> None:
    make.client("Ana Silva", tags=["Regular"])
    tag = tags.all_tags()[0].id
    asked = said({"rule": "hot"}, {"rule": "client"}, match="any") | {"tag": tag}

    assert client.post("/segments/clients/new", query_string=asked, data={"name": "X"}).status_code == 422


def test_the_api_and_the_pages_speak_of_the_same_segments(client: Client, owner: Staff) -> None:
    _row, token = tokens.create_token("Booking system")
    api = {"Authorization": f"Bearer {token}"}
    make.lead(make.contact("Ana Silva"), from_source="Referral")
    ben = make.contact("Ben Ali")
    leads_board.set_status(make.lead(ben, from_source="Referral"), NOT_CONVERTED, by=owner)
    make.lead(ben, from_source="Website form")
    asked = [{"rule": "lead.source", "value": "Referral"}, {"rule": "lead.status", "value": "open"}]
    made = client.post("/api/v1/segments", json={"name": "Friends", "scope": "leads", "rules": asked}, headers=api)
    saved = save(client, "clients", "Everybody", {})

    assert made.status_code == 201
    assert tabs(client.get("/leads").text) == ["Friends"]
    number = made.get_json()["id"]
    members = client.get(f"/api/v1/segments/{number}/contacts", headers=api).get_json()["items"]
    assert {one["first_name"] for one in members} == names_first(client.get(f"/leads?segment={number}").text)
    listed = client.get("/api/v1/segments", headers=api).get_json()["items"]
    assert {one["name"] for one in listed} == {"Friends", "Everybody"}
    assert saved.id in {one["id"] for one in listed}
    for refused in ({"op": "=>"}, {"value": "x"}, {"value": {"a": 1}}):
        body = {"name": "Y", "rules": [{"rule": "bookings.count", "op": ">=", "value": 1} | refused]}
        assert client.post("/api/v1/segments", json=body, headers=api).status_code == 422


def names_first(html: str) -> set[str]:
    return {name.split()[0] for name in names(html)}


def sample(rule: rules.Rule) -> RuleUse:
    """A rule with a value of its kind."""
    values: dict[str | None, Any] = {None: None, "number": 2, "consent": "sms_marketing"}
    key = "custom.goal" if rule.key == "custom" else rule.key
    return RuleUse(rule=key, op=rule.ops[0] if rule.ops else None, value=values.get(rule.value, "Regular"))


def test_every_rule_can_be_asked_of_people_and_of_leads(app: Flask, owner: Staff) -> None:
    """One definition serves sequences, segments and counts: none of them may work in one place only."""
    make.lead(make.client("Ana Silva"))
    everyone = filters.of_list(clients_only=True, seen_by=owner)
    for rule in [one for one in rules.RULES.values() if not one.of_run]:
        use = sample(rule)
        assert criteria.is_sound(use), rule.key
        both = [Segment(id=n, rules=criteria.dump([use]), match="all", is_static=False) for n in (1, 2)]
        assert set(segments.counts(both, everyone, filters.subject()).values()) <= {0, 1}, rule.key
        leads = select(Lead).join(Lead.contact)
        assert set(segments.counts(both, leads, lead_segments.subject()).values()) <= {0, 1}, rule.key
    assert COMPARISONS


@pytest.mark.parametrize("address", ["/clients", "/leads"])
def test_many_segments_are_counted_in_one_query(client: Client, owner: Staff, address: str) -> None:
    scope = address.strip("/")

    def ask() -> Sequence[str]:
        with queries.counted() as asked:
            assert client.get(address).status_code == 200
        return asked

    save(client, scope, "One", {"hot": "1"})
    few = ask()
    for name in ("Two", "Three", "Four"):
        save(client, scope, name, {"hot": "1"})

    assert len(ask()) == len(few)
