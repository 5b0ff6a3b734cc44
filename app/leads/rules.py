"""What can be asked about a contact's leads."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from app.contacts.models import Contact
from app.contacts.rules import names
from app.leads.filters import is_fraudulent
from app.leads.models import OPEN_STATUSES, Lead, LeadSource, LeadStage
from app.rules import RuleUse, Subject, rule
from app.staff import studio
from app.staff.models import Staff

NOBODYS = "nobody"
MOST_DAYS = 36_500


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
        lead.status.in_(OPEN_STATUSES) if about.lead_id is None else true(),
        LeadStage.id == lead.stage_id,
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
    said = [lead.status.in_(wanted)]
    if "open" in wanted:
        said.append(lead.status.in_(OPEN_STATUSES))
    if "closed" in wanted:
        said.append(lead.status.not_in(OPEN_STATUSES))
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
    said: ColumnElement[bool] = lead.assignee_id.in_(select(Staff.id).where(func.lower(Staff.name).in_(wanted)))
    if NOBODYS in wanted:
        said = or_(said, lead.assignee_id.is_(None))
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
    day = about.now.astimezone(zone).date() - timedelta(days=min(int(use.value or 0), MOST_DAYS))
    return exists().where(_is_asked_about(lead, about), _came(lead, ">=" if use.op == "<=" else "<=", day, zone))


@rule("lead.created_on", _("Became a lead on"), value="text", ops=(">=", "<=", "=="), group="leads")
def lead_created_on(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether a lead came on this day, written 2026-11-23, or since it, or until it. What is no day is never so."""
    lead = aliased(Lead)
    try:
        day = date.fromisoformat(str(use.value))
    except ValueError:
        return false()
    return exists().where(_is_asked_about(lead, about), _came(lead, use.op or "==", day, studio.studio().tz))


@rule("lead.fraudulent", _("Is probably fraudulent"), group="leads", sentence=_("is probably fraudulent"))
def lead_fraudulent(about: Subject, _use: RuleUse) -> ColumnElement[bool]:
    lead, someone = aliased(Lead), aliased(Contact)
    return exists().where(_is_asked_about(lead, about), someone.id == lead.contact_id, is_fraudulent(lead, someone))


def _is_asked_about(lead: type[Lead], about: Subject) -> ColumnElement[bool]:
    """The very lead that is asked about, or any of the person's."""
    return lead.id == about.lead_id if about.lead_id is not None else lead.contact_id == about.contact_id


def _came(lead: type[Lead], op: str, day: date, zone: ZoneInfo) -> ColumnElement[bool]:
    """Whether a lead came since, until or on a day, both ends of it included."""
    begins = datetime.combine(day, time.min, zone)
    said = true() if op == "<=" else lead.created_at >= begins
    if op == ">=" or day == date.max:
        return said
    return and_(said, lead.created_at < datetime.combine(day + timedelta(days=1), time.min, zone))
