"""Trying a sequence on somebody, asked by another system."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

from app.contacts import erase
from app.demo import make
from tests.api.conftest import Api, pointers

STEPS = (
    {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}"},
    {"id": "mail", "do": "email", "wait": {"days": 2}, "subject": "Come by", "html": "<p>Come by.</p>"},
)


def test_the_answer_says_what_when_and_how_it_reads(api: Api, clock: ModuleType) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    sequence = make.sequence(*STEPS, exits=[{"rule": "membership.purchased", "since": "enrolment"}], active=False)
    ana = make.contact("Ana Silva")
    bought = (clock.now() + timedelta(days=1)).isoformat()

    free = api.post(f"/sequences/{sequence.id}/simulate", {"contact_id": ana.id}).get_json()
    buyer = api.post(
        f"/sequences/{sequence.id}/simulate",
        {
            "contact_id": ana.id,
            "assume": [{"kind": "membership.purchased", "occurred_at": bought, "data": {"membership": "Monthly"}}],
        },
    ).get_json()

    assert free["status"] == "completed"
    hello, mail = free["entries"]
    assert (hello["do"], hello["outcome"], hello["preview"]["text"]) == ("sms", "sent", "Hi Ana")
    assert (mail["step_id"], mail["at"]) == ("mail", (clock.now() + timedelta(days=2)).isoformat())
    assert [entry["outcome"] for entry in buyer["entries"]] == ["sent", "exited"]
    assert api.get(f"/contacts/{ana.id}/messages").get_json()["items"] == []


def test_what_cannot_be_assumed_is_refused_by_its_place(api: Api, clock: ModuleType) -> None:
    sequence = make.sequence(*STEPS)
    ana = make.contact("Ana Silva")
    path, now = f"/sequences/{sequence.id}/simulate", clock.now().isoformat()

    assert pointers(api.post(path, {"contact_id": 0, "horizon_days": 401})) == ["/contact_id", "/horizon_days"]
    unknown = {"kind": "class.boked", "occurred_at": now}
    wrong = {"kind": "class.booked", "occurred_at": now, "data": {"starts_at": "soon"}}
    faults = pointers(api.post(path, {"contact_id": ana.id, "assume": [unknown, wrong]}))
    assert faults == ["/assume/0/kind", "/assume/1/data/starts_at"]
    assert api.post(path, {"contact_id": ana.id + 1000}).status_code == 404

    erase.erase_contact(ana, by=make.SYSTEM)
    assert api.post(path, {"contact_id": ana.id}).status_code == 404
