"""What staff and sequences do with a lead: move it, give it to somebody, say how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from app import clock, events
from app.db import db, one_of
from app.events import log
from app.events.log import Acting
from app.leads import queries
from app.leads.models import CONVERTED, OPEN_STATUSES, STATUSES, Lead, LeadStage
from app.staff.models import Staff
from app.web import Refusal


class StageRetired(Refusal):
    """The stage takes no leads any more."""

    def __init__(self, stage: LeadStage) -> None:
        super().__init__(_("%(stage)s takes no leads any more. Choose another stage.", stage=stage.name))


class AccountOff(Refusal):
    """Leads are given to people who work here."""

    def __init__(self, staff: Staff) -> None:
        super().__init__(_("%(name)s’s account is switched off.", name=staff.name))


class OpenAlready(Refusal):
    """The contact has another open lead from the same source (GEN-02)."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            _("%(name)s has another open lead from %(source)s.", name=lead.contact.name, source=lead.source.name)
        )


class ConvertedByPurchase(Refusal):
    """Only a purchase converts a lead (GEN-05)."""

    def __init__(self) -> None:
        super().__init__(_("A lead becomes converted by a purchase, not by hand."))


class MovedMeanwhile(Refusal):
    """Somebody changed the lead while it was being carried."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            _("Somebody was faster: %(name)s is now in %(stage)s.", name=lead.contact.name, stage=lead.stage.name)
        )


def move_lead(lead: Lead, to: LeadStage, *, by: events.Actor | Acting, believed_rev: int | None = None) -> None:
    """Put a lead in another stage of the board. Moving it where it already is does nothing.

    The contact's lifecycle stage is untouched (GEN-04). `believed_rev` is the revision that whoever moves it saw.
    Raises StageRetired when `to` takes no leads any more, MovedMeanwhile when the lead was changed since.
    """
    if to.is_retired:
        raise StageRetired(to)
    if believed_rev is not None and lead.rev != believed_rev:
        raise MovedMeanwhile(lead)

    if lead.stage != to:
        left, lead.stage = lead.stage, to
        lead.stage_since = clock.now()
        lead.rev += 1
        events.record(
            "lead.stage_changed",
            lead.contact,
            by=by,
            lead_id=lead.id,
            from_stage=left.name,
            to_stage=to.name,
            from_stage_id=left.id,
            to_stage_id=to.id,
        )


def move_leads(leads: Sequence[Lead], to: LeadStage, *, by: events.Actor | Acting) -> list[Lead]:
    """Put many leads in another stage, with a handful of statements. Answers those that were elsewhere until now.

    Raises StageRetired when `to` takes no leads any more.
    """
    if to.is_retired:
        raise StageRetired(to)

    moved = [lead for lead in leads if lead.stage_id != to.id]
    _change_many(moved, stage_id=to.id, stage_since=clock.now())
    actor = log.actor(by)
    events.record_many(
        [
            events.Entry(
                "lead.stage_changed",
                lead.contact_id,
                {
                    "lead_id": lead.id,
                    "from_stage": lead.stage.name,
                    "to_stage": to.name,
                    "from_stage_id": lead.stage_id,
                    "to_stage_id": to.id,
                },
                actor,
            )
            for lead in moved
        ]
    )
    return moved


def assign_leads(leads: Sequence[Lead], staff: Staff | None, *, by: events.Actor | Acting) -> list[Lead]:
    """Give many leads to somebody, or to nobody. Answers those that were not theirs. Raises AccountOff."""
    if staff is not None and not staff.is_active_account:
        raise AccountOff(staff)

    given_to = staff.id if staff is not None else None
    given = [lead for lead in leads if lead.assignee_id != given_to]
    _change_many(given, assignee_id=given_to)
    said = {"assignee": staff.name if staff is not None else "", "assignee_id": given_to}
    actor = log.actor(by)
    events.record_many(
        [events.Entry("lead.assigned", lead.contact_id, {"lead_id": lead.id, **said}, actor) for lead in given]
    )
    return given


def _change_many(leads: Sequence[Lead], **values: Any) -> None:
    """Write the same to many. The objects keep what was until they are read again."""
    these = one_of(Lead.id, [lead.id for lead in leads])
    db.session.execute(
        update(Lead).where(these).values(rev=Lead.rev + 1, **values).execution_options(synchronize_session=False)
    )


def assign_lead(lead: Lead, staff: Staff | None, *, by: events.Actor | Acting) -> None:
    """Give a lead to somebody, or to nobody. Raises AccountOff when the person's account is switched off."""
    if staff is not None and not staff.is_active_account:
        raise AccountOff(staff)

    if lead.assignee != staff:
        lead.assignee = staff
        lead.rev += 1
        record_assigned(lead, staff, by=by)


def record_assigned(lead: Lead, staff: Staff | None, *, by: events.Actor | Acting) -> None:
    """Write that the lead is somebody's now; the notification of the person comes from it (NOTE-03)."""
    events.record(
        "lead.assigned",
        lead.contact,
        by=by,
        lead_id=lead.id,
        assignee=staff.name if staff else "",
        assignee_id=staff.id if staff else None,
    )


def set_status(lead: Lead, status: str, *, by: events.Actor | Acting) -> None:
    """Say how a lead stands.

    Raises ConvertedByPurchase for what only a purchase does, OpenAlready when reopening it would give the contact two
    open leads from one source, ValueError for a status there is not.
    """
    if status not in STATUSES:
        raise ValueError(f"no such lead status: {status}")

    if lead.status != status:
        if status == CONVERTED:
            raise ConvertedByPurchase
        if status in OPEN_STATUSES and not lead.is_open:
            _make_sure_it_may_open(lead)
        left, lead.status = lead.status, status
        lead.converted_at, lead.sale = None, ""
        lead.rev += 1
        events.record("lead.status_changed", lead.contact, by=by, lead_id=lead.id, from_status=left, to_status=status)


def _make_sure_it_may_open(lead: Lead) -> None:
    # Held until the end of the transaction, so that two people reopening at once cannot both find none.
    db.session.execute(select(type(lead.contact).id).where(type(lead.contact).id == lead.contact_id).with_for_update())
    if queries.open_lead_of(lead.contact_id, lead.source_id) is not None:
        raise OpenAlready(lead)
