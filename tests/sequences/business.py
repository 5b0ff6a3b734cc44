"""A studio's business as the tests of triggers tell it: another system posts what happens, and the hours go by."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.sequences.models import Enrolment, Sequence, StepRun
from app.staff import tokens
from tests.harness.client import Client
from tests.harness.work import Workers

PARIS = ZoneInfo("Europe/Paris")

NOW = {"id": "now", "do": "tag.add", "tags": ["Was here"]}


def paris(text: str) -> str:
    """A local time as the API wants it: "2026-06-05 18:00" with its offset."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).isoformat()


class Business:
    """Posts events through the API, sets the clock, and says when whose sequence acted."""

    def __init__(self, client: Client, workers: Workers, stopped: ModuleType) -> None:
        self._client = client
        self._workers = workers
        self._clock = stopped
        _, self._token = tokens.create_token("Booking system", ())
        self.at("2026-06-01 10:00")

    def at(self, local: str) -> None:
        """The clocks of Paris show this time; the clock of the installation has looked, and the workers are done."""
        self._clock.set(local, zone="Europe/Paris")
        self._workers.look()

    def while_stopped(self, local: str) -> None:
        """Time passes and nothing runs."""
        self._clock.set(local, zone="Europe/Paris")

    def tell(self, kind: str, of: Contact, /, *, dedupe_key: str | None = None, **data: Any) -> dict[str, Any]:
        """Another system posts an event of now."""
        times = {key: paris(data[key]) for key in ("starts_at", "ends_at", "unpauses_at") if data.get(key)}
        body = {"kind": kind, "contact": {"id": of.id}, "data": data | times}
        if dedupe_key is not None:
            body["dedupe_key"] = dedupe_key
        db.session.commit()
        response = self._client.post("/api/v1/events", json=body, headers={"Authorization": f"Bearer {self._token}"})
        assert response.status_code == 202, response.text
        self._workers.run_until_idle()
        answer: dict[str, Any] = response.get_json()
        return answer

    def sequence(self, trigger: str, *steps: dict[str, Any], **more: Any) -> Sequence:
        """A sequence that acts at once, unless told what it does."""
        made = make.sequence(*(steps or (NOW,)), trigger=trigger, **more)
        db.session.commit()
        return made


def acted(of: Contact, sequence: Sequence, step: str = "now") -> list[str]:
    """When a step of a sequence was done for somebody, in Paris."""
    found = db.session.scalars(
        select(StepRun.ran_at)
        .join(Enrolment, Enrolment.id == StepRun.enrolment_id)
        .where(
            Enrolment.contact_id == of.id,
            StepRun.sequence_id == sequence.id,
            StepRun.step_id == step,
            StepRun.outcome == "done",
        )
        .order_by(StepRun.ran_at)
    )
    return [f"{at.astimezone(PARIS):%Y-%m-%d %H:%M}" for at in found]


def due(of: Contact, sequence: Sequence) -> list[str]:
    """When the next step of each of somebody's runs is due, in Paris."""
    found = db.session.scalars(
        select(Enrolment.due_at)
        .where(Enrolment.contact_id == of.id, Enrolment.sequence_id == sequence.id, Enrolment.due_at.is_not(None))
        .order_by(Enrolment.id)
    )
    return [f"{at.astimezone(PARIS):%Y-%m-%d %H:%M}" for at in found if at is not None]


def now() -> str:
    return f"{clock.now().astimezone(PARIS):%Y-%m-%d %H:%M}"
