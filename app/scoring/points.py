"""Which acts earn points: one declaration each (SCORE-04 to SCORE-12), and what an event earns, as a pure function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.events.models import Event
from app.scoring.settings import Scoring


@dataclass(frozen=True)
class PointRule:
    """One act that counts. `cause` names what of an event may count once only; None for an event that does not count.

    `key` is the field of `Scoring` that says how many points.
    """

    key: str
    label: LazyString
    icon: str
    group: str  # messages | calls
    kind: str  # of event
    cause: Callable[[Event, Scoring], str | None]


@dataclass(frozen=True)
class Earned:
    """A line to be, of the ledger."""

    contact_id: int
    rule: str
    points: int
    event_id: int
    cause_key: str


def earned(event: Event, worth: Scoring) -> Earned | None:
    """What an event earns its contact. None for one that earns nothing: no rule for it, or one worth no points."""
    if event.contact_id is None:
        return None
    for rule in RULES.values():
        if rule.kind == event.kind and (cause := rule.cause(event, worth)) is not None:
            points: int = getattr(worth, rule.key)
            return Earned(event.contact_id, rule.key, points, event.id, f"{rule.key}:{cause}") if points else None
    return None


def _of_message(channel: str, *keys: str) -> Callable[[Event, Scoring], str | None]:
    """Once for each message (and link). Booking confirmations and the like tell nothing of interest."""

    def cause(event: Event, _worth: Scoring) -> str | None:
        counts = event.data.get("channel") == channel and event.data.get("category") != "transactional"
        return ":".join(str(event.data[key]) for key in ("message_id", *keys)) if counts else None

    return cause


def _once(event: Event, _worth: Scoring) -> str:
    return str(event.id)


def _long_enough(event: Event, worth: Scoring) -> str | None:
    return str(event.id) if event.data.get("seconds", 0) >= worth.call_made_min_seconds else None


def _unsubscribing(event: Event, _worth: Scoring) -> str:
    """One act may end several subscriptions at once, from one message: it counts once."""
    message_id = event.data.get("message_id")
    return f"message:{event.contact_id}:{message_id}" if message_id is not None else str(event.id)


RULES: dict[str, PointRule] = {
    rule.key: rule
    for rule in (
        PointRule(
            "email_opened", _("Opens an e-mail"), "mail-opened", "messages", "message.opened", _of_message("email")
        ),
        PointRule(
            "email_clicked",
            _("Clicks a link in an e-mail"),
            "click",
            "messages",
            "message.clicked",
            _of_message("email", "link_id"),
        ),
        PointRule(
            "email_replied",
            _("Answers an e-mail"),
            "message-reply",
            "messages",
            "message.replied",
            _of_message("email"),
        ),
        PointRule(
            "sms_link_clicked",
            _("Clicks a link in an SMS"),
            "device-mobile-message",
            "messages",
            "message.clicked",
            _of_message("sms", "link_id"),
        ),
        PointRule("unsubscribed", _("Unsubscribes"), "bell-off", "messages", "consent.withdrawn", _unsubscribing),
        PointRule("bounced", _("An e-mail bounces"), "mail-x", "messages", "message.bounced", _of_message("email")),
        PointRule("call_received", _("Calls the studio"), "phone-incoming", "calls", "call.received", _once),
        PointRule("call_made", _("Is on the phone with us"), "phone-outgoing", "calls", "call.made", _long_enough),
        PointRule("demo_booked", _("Books a demo"), "calendar-star", "calls", "demo.booked", _once),
    )
}

# What somebody does of their own will: each postpones the cooling down (SCORE-17). To be called, to bounce or to
# unsubscribe is no sign of interest.
INTERACTIONS = frozenset(
    {
        "message.opened",
        "message.clicked",
        "message.replied",
        "message.received",
        "call.received",
        "demo.booked",
    }
)
