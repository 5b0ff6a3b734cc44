"""What the dashboard counts: real figures only, each from one query however large the studio is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select

from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db, hour_of
from app.leads.models import CONVERTED, Lead, LeadSource
from app.leads.queries import is_seen_by as is_lead_seen_by
from app.lifecycle.models import LifecycleStage
from app.messaging.models import EMAIL, IN_APP, OUT, SMS, Conversation, Message
from app.staff.models import Staff

CHANNELS = (EMAIL, SMS, IN_APP)


@dataclass(frozen=True)
class StageCard:
    """A stage of the lifecycle: its people, and how their conversations stand (DASH-01, DASH-02)."""

    stage: LifecycleStage
    people: int
    open: int
    snoozed: int
    unassigned: int


@dataclass(frozen=True)
class SourceLine:
    """Leads of one source that came in the period, and how many of those have converted (LEAD-18)."""

    source: LeadSource
    leads: int
    converted: int

    @property
    def share(self) -> float:
        return self.converted / self.leads if self.leads else 0.0


@dataclass(frozen=True)
class Day:
    """One day's messages, by channel."""

    on: date
    sent: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.sent.total()


@dataclass(frozen=True)
class Traffic:
    """Messages to clients in the period."""

    days: Sequence[Day]
    sent: Counter[str]
    opened: int

    @property
    def total(self) -> int:
        return self.sent.total()

    @property
    def busiest(self) -> int:
        return max((day.total for day in self.days), default=0)


def stage_cards(seen_by: Staff) -> list[StageCard]:
    """One card a stage, the lost ones left out."""
    rows = db.session.execute(
        select(
            LifecycleStage,
            func.count(Contact.id),
            _count(Conversation.state == "open"),
            _count(Conversation.state == "snoozed"),
            _count(and_(Conversation.state == "open", Conversation.assignee_id.is_(None))),
        )
        .outerjoin(
            Contact,
            and_(Contact.lifecycle_stage_id == LifecycleStage.id, Contact.erased_at.is_(None), is_seen_by(seen_by)),
        )
        .outerjoin(Conversation, Conversation.contact_id == Contact.id)
        .where(LifecycleStage.is_lost.is_(False))
        .group_by(LifecycleStage.id)
        .order_by(LifecycleStage.position, LifecycleStage.id)
    )
    return [StageCard(*row) for row in rows]


def sources(since: datetime, seen_by: Staff) -> list[SourceLine]:
    """New leads by source, the most fruitful first."""
    rows = db.session.execute(
        select(LeadSource, func.count(Lead.id), _count(Lead.status == CONVERTED))
        .join(Lead, Lead.source_id == LeadSource.id)
        .join(Contact, Contact.id == Lead.contact_id)
        .where(Lead.created_at >= since, is_lead_seen_by(seen_by))
        .group_by(LeadSource.id)
        .order_by(func.count(Lead.id).desc(), LeadSource.id)
    )
    return [SourceLine(*row) for row in rows]


def traffic(since: datetime, until: datetime, zone: ZoneInfo, seen_by: Staff) -> Traffic:
    """Messages sent to clients, day by day where the studio is, and how many of the e-mails were opened."""
    hour = hour_of(Message.sent_at)
    rows = db.session.execute(
        select(hour, Message.channel, func.count(), _count(Message.opened_at.is_not(None)))
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.direction == OUT, Message.sent_at >= since, Message.sent_at <= until, is_seen_by(seen_by))
        .group_by(hour, Message.channel)
    ).all()
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = {first + timedelta(days=n): Day(first + timedelta(days=n)) for n in range((last - first).days + 1)}
    sent: Counter[str] = Counter()
    for at, channel, number, _opened in rows:
        local = datetime.strptime(at, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone).date()
        days[local].sent[channel] += number
        sent[channel] += number
    return Traffic(list(days.values()), sent, sum(opened for _at, channel, _n, opened in rows if channel == EMAIL))


def hot_people(seen_by: Staff, limit: int) -> tuple[list[Contact], int]:
    """Who is hot, the highest score on top; and how many there are."""
    return _people(Contact.hot_since.is_not(None), seen_by, limit)


def waiting(seen_by: Staff, limit: int) -> tuple[list[Conversation], int]:
    """Who waits for an answer, the longest wait on top; and how many do."""
    unanswered = and_(Conversation.waiting_since.is_not(None), Conversation.state == "open", is_seen_by(seen_by))
    found = db.session.execute(
        select(Conversation, func.count().over())
        .join(Conversation.contact)
        .where(unanswered, Contact.erased_at.is_(None))
        .order_by(Conversation.waiting_since, Conversation.id)
        .limit(limit)
    ).all()
    return [row[0] for row in found], found[0][1] if found else 0


def _people(wanted: ColumnElement[bool], seen_by: Staff, limit: int) -> tuple[list[Contact], int]:
    found = db.session.execute(
        select(Contact, func.count().over())
        .where(wanted, Contact.erased_at.is_(None), is_seen_by(seen_by))
        .order_by(Contact.score.desc(), Contact.id)
        .limit(limit)
    ).all()
    return [row[0] for row in found], found[0][1] if found else 0


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
