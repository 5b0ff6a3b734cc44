"""What somebody may be taken to do in a simulation: "what if she buys a membership on day 3?" (BEY-06).

What other systems post happens as if one of them had told of it; what people do with our messages happens to the last
one that has gone to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app import clock, events
from app.contacts import consent
from app.contacts.models import Contact
from app.db import db
from app.events import posting
from app.messaging.models import DELIVERED, EMAIL, OUT, SENT, SMS, Message
from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import graph, triggers
from app.studio import items
from app.studio.item_models import INTRO, PACK, SUBSCRIPTION

SOMEBODY = events.Actor("system", None, "")


@dataclass(frozen=True)
class Assumed:
    """Something the person is taken to do."""

    kind: str
    at: datetime
    data: dict[str, Any]


Data = Callable[[datetime], dict[str, Any]]


@dataclass(frozen=True)
class Supposition:
    """Something to choose from: its name in an address, what to call it, and the kind of event it is."""

    key: str
    label: LazyString
    icon: str
    kind: str
    data: Data = field(default=lambda _at: {})

    def at(self, instant: datetime) -> Assumed:
        """That they do it then."""
        return Assumed(self.kind, instant, self.data(instant))


def _class(at: datetime) -> dict[str, Any]:
    return {"class_name": str(_("A class")), "starts_at": (at + timedelta(days=1)).isoformat()}


def _visit(at: datetime) -> dict[str, Any]:
    return {"class_name": str(_("A class")), "starts_at": (at - timedelta(hours=1)).isoformat()}


def _membership(_at: datetime) -> dict[str, Any]:
    return {"membership": _first_sold(SUBSCRIPTION, PACK) or str(_("Membership"))}


def _intro(_at: datetime) -> dict[str, Any]:
    return {"membership": _first_sold(INTRO) or str(_("Intro offer")), "kind": "intro"}


def _first_sold(*kinds: str) -> str:
    return next(iter(items.names(kinds)), "")


SUPPOSITIONS: dict[str, Supposition] = {
    one.key: one
    for one in (
        Supposition("books", _("books a class"), "calendar-plus", "class.booked", _class),
        Supposition("visits", _("comes to a class"), "run", "class.visited", _visit),
        Supposition("member", _("buys a membership"), "id-badge-2", "membership.purchased", _membership),
        Supposition("intro", _("buys an intro offer"), "gift", "intro.purchased", _intro),
        Supposition("replies", _("replies to the last message"), "message-reply", "message.replied"),
        Supposition("opens", _("opens the last message"), "mail-opened", "message.opened"),
        Supposition("no_email", _("unsubscribes from e-mails"), "mail-off", "no_email"),
        Supposition("no_sms", _("unsubscribes from SMS"), "bell-off", "no_sms"),
    )
}

# What else happens with an event of a kind: who waits for the one is concerned by the other.
_BRINGS: dict[str, frozenset[str]] = {
    "membership.purchased": frozenset({"membership.purchased", "purchase.made", "order.paid"}),
    "intro.purchased": frozenset({"intro.purchased", "purchase.made"}),
    "no_email": frozenset({"consent.withdrawn"}),
    "no_sms": frozenset({"consent.withdrawn"}),
}


def concerning(document: graph.Document) -> tuple[list[Supposition], list[Supposition]]:
    """What may make a difference to a document, and the rest."""
    heard = _heard_in(document)
    matters = [one for one in SUPPOSITIONS.values() if _BRINGS.get(one.kind, frozenset({one.kind})) & heard]
    return matters, [one for one in SUPPOSITIONS.values() if one not in matters]


def _heard_in(document: graph.Document) -> frozenset[str]:
    """The kinds of events that its exits, conditions and waits are about."""
    uses: list[RuleUse] = list(document.exits)
    kinds: set[str] = set()
    for place in graph.walk(document):
        if isinstance(place.step, graph.IfStep):
            uses += place.step.condition.rules
        wait = place.step.wait
        if wait is not None and wait.event is not None and wait.event.kind in triggers.TRIGGERS:
            kinds |= triggers.TRIGGERS[wait.event.kind].all_kinds
    return frozenset(kinds).union(*(find_rule(use.rule).waits_for for use in uses))


# ------------------------------------------------------------------ letting it happen


def happen(one: Assumed, contact: Contact) -> None:
    """Let what is assumed happen, at the instant that it is."""
    act = _ACTS.get(one.kind)
    if act is not None:
        act(contact)
    else:
        posting.post(one.kind, contact, one.data, posting.How(SOMEBODY, one.at))


def _reply(contact: Contact) -> None:
    _touch_last(contact, "message.replied", "replied_at")


def _open(contact: Contact) -> None:
    _touch_last(contact, "message.opened", "opened_at")


def _touch_last(contact: Contact, kind: str, mark: str) -> None:
    """Note on the last message that has gone to them what they do with it; nothing where none has."""
    last = db.session.scalar(
        select(Message)
        .where(Message.contact_id == contact.id, Message.direction == OUT, Message.status.in_((SENT, DELIVERED)))
        .where(Message.channel.in_((EMAIL, SMS)))
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    )
    if last is None or getattr(last, mark) is not None:
        return
    setattr(last, mark, clock.now())
    told: Mapping[str, Any] = {"message_id": last.id, "channel": last.channel, "category": last.category}
    events.record(kind, contact, by=events.Actor.client(), **told, subject=last.subject)


def _withdraw(consents: Collection[str]) -> Callable[[Contact], None]:
    def act(contact: Contact) -> None:
        consent.withdraw(contact, consents, by=events.Actor.client(), via="page")

    return act


_ACTS: dict[str, Callable[[Contact], None]] = {
    "message.replied": _reply,
    "message.opened": _open,
    "no_email": _withdraw(["email_marketing"]),
    "no_sms": _withdraw(["sms_marketing"]),
}
