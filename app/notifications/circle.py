"""Whom an event concerns: looked up for a whole batch of events at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.contacts.models import Contact
from app.db import db
from app.events.models import Event
from app.leads.models import OPEN_STATUSES, Lead
from app.messaging.models import Conversation
from app.notifications.settings import LeadNotices, lead_notices
from app.staff.models import Staff

ABOUT_SEQUENCES = frozenset({"sequence.fused", "sequence.asks"})


@dataclass(frozen=True)
class Circle:
    """The people around a batch of events, and how each event finds its own."""

    contacts: dict[int, Contact]
    leads: dict[int, Lead]
    open_leads: dict[int, Lead]  # by contact, the latest
    answering: dict[int, int]  # who has taken a contact's conversation
    notices: LeadNotices
    staff: dict[int, Staff]  # everybody with an open account
    by_role: dict[str, list[Staff]] = field(default_factory=dict)

    def told_of(self, event: Event) -> list[Staff]:
        """Who is to hear of an event: never the one who did it, nor somebody held to another location (ROLE-05)."""
        if event.kind in ABOUT_SEQUENCES:
            return self.owners()
        contact = self.contacts.get(event.contact_id or 0)
        if contact is None:
            return []
        actor = event.actor_id if event.actor_kind == "staff" else None
        return [one for one in self._concerned(event, contact) if one.id != actor and _sees(one, contact)]

    def lead_of(self, event: Event) -> Lead | None:
        return self.leads.get(event.data.get("lead_id") or 0) or self.open_leads.get(event.contact_id or 0)

    def _concerned(self, event: Event, contact: Contact) -> list[Staff]:
        match event.kind:
            case "score.became_hot":
                return self._in_charge(event, contact) or self.managers()
            case "lead.assigned":
                return self._these([event.data.get("assignee_id")])
            case "lead.converted":
                return self._in_charge(event, contact)
            case "lead.created":
                return self._announced_to(event)
            case "message.received":
                return self._these([self.answering.get(contact.id)]) or self._in_charge(event, contact)
            case _:
                return []

    def _in_charge(self, event: Event, contact: Contact) -> list[Staff]:
        """The contact's owner, else the lead's assignee."""
        lead = self.lead_of(event)
        return self._these([contact.owner_id]) or self._these([lead.assignee_id if lead is not None else None])

    def _announced_to(self, event: Event) -> list[Staff]:
        lead = self.lead_of(event)
        if lead is None or (self.notices.sources and lead.source_id not in self.notices.sources):
            return []
        return [one for one in self.staff.values() if one.role_id in self.notices.roles]

    def owners(self) -> list[Staff]:
        """The owners; where none has an account, whoever is nearest to them."""
        return self.by_role.get("owner") or self.by_role.get("admin") or self.by_role.get("manager") or []

    def managers(self) -> list[Staff]:
        """The managers; where there is none, whoever is above them."""
        return self.by_role.get("manager") or self.by_role.get("admin") or self.by_role.get("owner") or []

    def _these(self, ids: Iterable[int | None]) -> list[Staff]:
        return [self.staff[one] for one in ids if one in self.staff]


def around(batch: Sequence[Event]) -> Circle:
    """Look up whom a batch may concern, with one query each for contacts, leads, conversations and staff."""
    contact_ids = {event.contact_id for event in batch if event.contact_id is not None}
    leads = _leads_of(contact_ids)
    everybody = db.session.scalars(
        select(Staff).join(Staff.role).where(Staff.is_active_account).order_by(Staff.id)
    ).all()
    by_role: dict[str, list[Staff]] = defaultdict(list)
    for one in everybody:
        by_role[one.role.key].append(one)
    return Circle(
        contacts={one.id: one for one in db.session.scalars(select(Contact).where(Contact.id.in_(contact_ids)))},
        leads={lead.id: lead for lead in leads},
        open_leads={lead.contact_id: lead for lead in leads if lead.status in OPEN_STATUSES},
        answering=_answering(contact_ids),
        notices=lead_notices(),
        staff={one.id: one for one in everybody},
        by_role=by_role,
    )


def _leads_of(contact_ids: set[int]) -> Sequence[Lead]:
    return db.session.scalars(select(Lead).where(Lead.contact_id.in_(contact_ids)).order_by(Lead.id)).all()


def _answering(contact_ids: set[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Conversation.contact_id, Conversation.assignee_id).where(
            Conversation.contact_id.in_(contact_ids), Conversation.assignee_id.is_not(None)
        )
    )
    return {row.contact_id: row.assignee_id for row in rows if row.assignee_id is not None}


def _sees(staff: Staff, contact: Contact) -> bool:
    return staff.only_location_id is None or contact.location_id in {None, staff.only_location_id}
