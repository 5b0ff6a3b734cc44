"""What happened with a contact, told as sentences."""

from __future__ import annotations

from types import ModuleType

import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest

from app import events
from app.contacts import consent, tags, timeline
from app.demo import make
from app.events import catalogue
from app.lifecycle import board, stages

pytestmark = pytest.mark.usefixtures("app")


def sentences(contact: object) -> list[tuple[str, str]]:
    return [(entry.sentence, entry.by) for entry in timeline.timeline_of(contact).rows]  # type: ignore[arg-type]


@pytest.mark.req("CUS-06", "LIFE-16")
def test_a_stage_change_says_who_from_where_and_to_where() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff("Léa Fontaine")

    board.move_contact(ana, stages.stage_by_key("customer"), by=lea)

    assert sentences(ana)[0] == ("Moved from 🌱 New lead to 🌿 Customer", "Léa Fontaine")


def test_a_stage_cleared_and_one_set_read_as_sentences() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff("Léa Fontaine")

    board.move_contact(ana, None, by=lea)
    board.move_contact(ana, stages.stage_by_key("cold_lead"), by=lea)

    assert [said for said, _by in sentences(ana)[:2]] == [
        "Lifecycle stage set to ❄️ Cold lead",
        "Lifecycle stage 🌱 New lead cleared",
    ]


@pytest.mark.req("TAG-06")
def test_tags_by_staff_and_by_sequences_are_in_the_history_with_their_actor() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff("Léa Fontaine")
    regular = tags.find_or_create_tags(["Regular"])

    tags.add_tags([ana.id], regular, by=events.Actor("sequence", 3, "Welcome"))
    tags.remove_tags([ana.id], regular, by=lea)

    assert sentences(ana)[:2] == [
        ("Tag Regular removed", "Léa Fontaine"),
        ("Tag Regular added", "sequence “Welcome”"),
    ]


def test_codes_are_told_in_words() -> None:
    ana = make.contact("Ana Silva")
    consent.withdraw(ana, ["sms_marketing"], by=events.Actor.client(), via="sms")

    assert sentences(ana)[0] == ("Unsubscribed from marketing SMS", "the client")


@pytest.mark.parametrize("kind", sorted(catalogue.KINDS))
def test_an_event_that_says_nothing_still_reads_as_a_sentence(kind: str) -> None:
    assert "%" not in timeline.sentence_of(kind, {})
    assert "%" not in timeline.sentence_of(kind, dict.fromkeys(("points", "score", "seconds", "tag"), "odd"))


def test_a_kind_that_is_gone_shows_its_key() -> None:
    assert timeline.sentence_of("yoga.levitated", {"height": 3}) == "Yoga.levitated"


def test_a_percent_sign_in_a_name_stays() -> None:
    assert timeline.sentence_of("purchase.made", {"item": "Mat, 20% off"}) == "Bought Mat, 20% off"


def test_pages_neither_skip_nor_repeat_when_news_arrives(clock: ModuleType) -> None:
    clock.set("2026-11-23 10:00")
    ana = make.contact("Ana Silva")
    for number in range(7):
        if number % 2:
            clock.move(minutes=1)
        events.record("api.event", ana, name=f"thing {number}")

    first = timeline.timeline_of(ana, limit=3)
    events.record("api.event", ana, name="news")
    second = timeline.timeline_of(ana, limit=3, before=first.next)
    third = timeline.timeline_of(ana, limit=3, before=second.next)

    told = [entry.sentence for page in (first, second, third) for entry in page.rows]
    assert told == [*(f"Thing {number}" for number in (6, 5, 4, 3, 2, 1, 0)), "Contact created"]
    assert third.next is None


@pytest.mark.parametrize("cursor", ["x", "🙂", "WzEsMl0", "W10", "bnVsbA", "WyIyMDI2IiwxZTk5XQ"])
def test_a_cursor_that_is_none_of_ours_is_refused(app: Flask, cursor: str) -> None:
    with pytest.raises(BadRequest):
        timeline.timeline_of(make.contact(), before=cursor)


@pytest.mark.req("CUS-07")
def test_the_feed_tells_of_everyone_newest_first() -> None:
    lea = make.staff()
    ana, ben = make.contact("Ana Silva"), make.contact("Ben Ali")
    events.record("score.became_hot", ana, score=7, threshold=5)
    events.record("score.changed", ben, points=1, score=1)

    told = [(entry.contact and entry.contact.name, entry.sentence) for entry in timeline.feed_seen_by(lea).rows]

    assert told == [
        ("Ana Silva", "Became hot, score 7"),
        ("Ben Ali", "Contact created"),
        ("Ana Silva", "Contact created"),
    ]


@pytest.mark.req("ROLE-05")
def test_the_feed_of_somebody_pre_filtered_leaves_other_locations_out() -> None:
    here, there = make.location("Croix-Rousse"), make.location("Confluence")
    lea = make.staff(only_location=here)
    make.contact("Ana Silva", location=here)
    make.contact("Ben Ali", location=there)
    make.contact("Zoë Petit")

    assert [entry.contact.name for entry in timeline.feed_seen_by(lea).rows if entry.contact] == [
        "Zoë Petit",
        "Ana Silva",
    ]
