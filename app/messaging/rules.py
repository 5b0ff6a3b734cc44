"""What can be asked about what a contact did with our messages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.messaging.models import OUT, Message
from app.rules import RuleUse, Subject, rule


@rule(
    "message.opened",
    _("Opened a message"),
    value="step",
    windows=True,
    group="engagement",
    sentence=_("opened a message"),
    waits_for=("message.opened", "message.clicked"),
)
def opened(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return _did("opened_at", about, use)


@rule(
    "message.clicked",
    _("Clicked a link in a message"),
    value="step",
    windows=True,
    group="engagement",
    sentence=_("clicked a link in a message"),
    waits_for=("message.clicked",),
)
def clicked(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return _did("clicked_at", about, use)


@rule(
    "message.replied",
    _("Replied to a message"),
    value="step",
    windows=True,
    group="engagement",
    sentence=_("replied to a message"),
    waits_for=("message.replied",),
)
def replied(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return _did("replied_at", about, use)


def _did(what: str, about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether they did it to a message of ours in the window; with a value, to that of this step of a sequence."""
    message = aliased(Message)
    at: InstrumentedAttribute[Any] = getattr(message, what)
    since = about.since(use)
    said = [message.contact_id == about.contact_id, message.direction == OUT, at.is_not(None)]
    said += about.so_far(at)
    if since is not None:
        said.append(at > since)
    if use.value:
        said.append(message.step_id == str(use.value))
    return exists().where(*said)
