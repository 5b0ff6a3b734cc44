"""The studio's number, and the line that its calls are put through to (PHN-01, PHN-02)."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _
from pydantic import BaseModel

from app.staff import studio
from app.web import Refusal

KEY = "phone"


class Phone(BaseModel):
    """Where calls are put through to, as +33…; empty: callers reach the voicemail at once."""

    forward_to: str = ""


class CallsItself(Refusal):
    """A number forwarded to itself would ring for ever."""


def own_number() -> str | None:
    """The number that clients write to and call, where the installation has one."""
    number: str | None = current_app.config["SETTINGS"].twilio_from
    return number


def phone() -> Phone:
    """The settings at present."""
    return studio.get(KEY, Phone)


def forward(to: str) -> None:
    """Put calls through to a number (E.164), or to none. Raises CallsItself."""
    if to and to == own_number():
        raise CallsItself(_("This is the studio’s number itself. Give another one, where somebody answers."))
    studio.put(KEY, Phone(forward_to=to))
