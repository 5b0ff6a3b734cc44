"""What can be asked about a contact's leads."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from app.contacts.models import Contact
from app.contacts.rules import names
from app.leads.filters import is_fraudulent
from app.leads.models import CONVERTED, NOT_CONTACTED, OPEN_STATUSES, Lead, LeadSource, LeadStage
from app.rules import RuleUse, Subject, rule
from app.rules.past import Change, as_it_was
from app.staff import studio
from app.staff.models import Staff

NOBODYS = "nobody"
MOST_DAYS = 36_500
DAY = timedelta(days=1)


@rule(
    "lead.source",
    _("Is a lead from"),
    value="source",
    group="leads",
    sentence=_("is a lead from %(value)s"),
    waits_for=("lead.created",),
)
def lead_source(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether any lead of theirs, open or closed, came from one of these sources."""
    lead = aliased(Lead)
    return exists().where(
        _is_asked_about(lead, about),
        LeadSource.id == lead.source_id,
        func.lower(LeadSource.name).in_(names(use)),
    )


@rule(
    "lead.stage",
    _("Has an open lead in the stage"),
    value="lead_stage",
    group="leads",
    sentence=_("has an open lead in %(value)s"),
    waits_for=("lead.created", "lead.stage_changed", "lead.status_changed", "lead.converted"),
)
def lead_stage(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    lead = aliased(Lead)
    wanted = names(use)
    return exists().where(
        _is_asked_about(lead, about),
        _status(about, lead).in_(OPEN_STATUSES) if about.lead_id is None else true(),
        LeadStage.id == _stage_id(about, lead),
        or_(func.lower(LeadStage.name).in_(wanted), LeadStage.key.in_(wanted)),
    )


@rule(
    "lead.status",
    _("Has a lead with the status"),
    value="lead_status",
    group="leads",
    sentence=_("has a lead that is %(value)s"),
    waits_for=("lead.created", "lead.status_changed", "lead.converted"),
)
def lead_status(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether they have a lead with one of these statuses; "open" and "closed" stand for two each."""
    lead = aliased(Lead)
    wanted = set(names(use))
    status = _status(about, lead)
    said = [status.in_(wanted)]
    if "open" in wanted:
        said.append(status.in_(OPEN_STATUSES))
    if "closed" in wanted:
        said.append(status.not_in(OPEN_STATUSES))
    return exists().where(_is_asked_about(lead, about), or_(*said))


@rule(
    "lead.assignee",
    _("Is a lead of"),
    value="staff",
    group="leads",
    sentence=_("is a lead of %(value)s"),
    waits_for=("lead.created", "lead.assigned"),
)
def lead_assignee(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether somebody of these has a lead of theirs; "nobody" stands for a lead that is nobody's yet."""
    lead = aliased(Lead)
    wanted = names(use)
    assignee_id = _assignee_id(about, lead)
    said: ColumnElement[bool] = assignee_id.in_(select(Staff.id).where(func.lower(Staff.name).in_(wanted)))
    if NOBODYS in wanted:
        said = or_(said, assignee_id.is_(None))
    return exists().where(_is_asked_about(lead, about), said)


@rule(
    "lead.days_old",
    _("Days since they became a lead"),
    value="number",
    ops=("<=", ">="),
    group="leads",
    waits_for=("lead.created",),
)
def lead_days_old(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """How many days of the studio's calendar ago the lead came; today's are 0 days old."""
    lead = aliased(Lead)
    zone = studio.studio().tz
    days = timedelta(days=min(int(use.value or 0), MOST_DAYS))
    begins = about.when(lambda now: _begins(now.astimezone(zone).date() - days, zone))
    ends = about.when(lambda now: _begins(now.astimezone(zone).date() - days + DAY, zone))
    said = lead.created_at >= begins if use.op == "<=" else lead.created_at < ends
    return exists().where(_is_asked_about(lead, about), said)


@rule("lead.created_on", _("Became a lead on"), value="date", ops=(">=", "<=", "=="), group="leads")
def lead_created_on(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether a lead came on this day, written 2026-11-23, or since it, or until it. What is no day is never so."""
    lead = aliased(Lead)
    try:
        day = date.fromisoformat(str(use.value))
    except ValueError:
        return false()
    return exists().where(_is_asked_about(lead, about), _came(lead, use.op or "==", day, studio.studio().tz))


@rule(
    "lead.fraudulent",
    _("Is probably fraudulent"),
    group="leads",
    sentence=_("is probably fraudulent"),
    has_past=False,
)
def lead_fraudulent(about: Subject, _use: RuleUse) -> ColumnElement[bool]:
    lead, someone = aliased(Lead), aliased(Contact)
    return exists().where(_is_asked_about(lead, about), someone.id == lead.contact_id, is_fraudulent(lead, someone))


def _is_asked_about(lead: type[Lead], about: Subject) -> ColumnElement[bool]:
    """The very lead that is asked about, or any of the person's; as of an instant gone by, if it had come by then."""
    which = lead.id == about.lead_id if about.lead_id is not None else lead.contact_id == about.contact_id
    return and_(which, *about.so_far(lead.created_at))


def _stage_id(about: Subject, lead: type[Lead]) -> ColumnElement[int]:
    if not about.is_past:
        return lead.stage_id.expression
    change = Change()
    return as_it_was(
        about,
        change,
        ("lead.stage_changed",),
        what=[change.number("lead_id") == lead.id],
        to=change.number("to_stage_id"),
        before=change.number("from_stage_id"),
        still=lead.stage_id.expression,
    )


def _status(about: Subject, lead: type[Lead]) -> ColumnElement[str]:
    if not about.is_past:
        return lead.status.expression
    change = Change()
    is_converted = change.event.kind == "lead.converted"
    return as_it_was(
        about,
        change,
        ("lead.status_changed", "lead.converted"),
        what=[change.number("lead_id") == lead.id],
        to=case((is_converted, CONVERTED), else_=change.text("to_status")),
        before=case((is_converted, NOT_CONTACTED), else_=change.text("from_status")),
        still=lead.status.expression,
    )


def _assignee_id(about: Subject, lead: type[Lead]) -> ColumnElement[int | None]:
    """Whose the lead is, NULL for nobody's. Before it was first given to somebody it was nobody's."""
    if not about.is_past:
        return lead.assignee_id.expression
    change = Change()
    was = as_it_was(
        about,
        change,
        ("lead.assigned",),
        what=[change.number("lead_id") == lead.id],
        to=func.coalesce(change.number("assignee_id"), 0),
        before=literal(0),
        still=func.coalesce(lead.assignee_id, 0),
    )
    return func.nullif(was, 0)


def _came(lead: type[Lead], op: str, day: date, zone: ZoneInfo) -> ColumnElement[bool]:
    """Whether a lead came since, until or on a day, both ends of it included."""
    said = true() if op == "<=" else lead.created_at >= _begins(day, zone)
    if op == ">=" or day == date.max:
        return said
    return and_(said, lead.created_at < _begins(day + DAY, zone))


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
