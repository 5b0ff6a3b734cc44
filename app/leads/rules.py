"""What can be asked about a contact's leads."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, exists, func, or_
from sqlalchemy.orm import aliased

from app.contacts.rules import names
from app.leads.models import OPEN_STATUSES, Lead, LeadSource, LeadStage
from app.rules import RuleUse, Subject, rule


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
        lead.contact_id == about.contact_id,
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
        lead.contact_id == about.contact_id,
        lead.status.in_(OPEN_STATUSES),
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
    return exists().where(lead.contact_id == about.contact_id, or_(*said))
