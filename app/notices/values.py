"""What the variables of a message say, from what is known of its occasion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from app import web_filters
from app.contacts.models import Contact
from app.messaging import variables
from app.notices.catalogue import Notice
from app.staff import studio
from app.staff.studio import Studio
from app.studio import payments, waitlist

WRITTEN_AS = {"en": "en_GB", "fr": "fr_FR"}


@dataclass(frozen=True)
class Occasion:
    """Somebody is to be told of something. `data` is an event's, or what a booking says in the same words."""

    notice: Notice
    contact: Contact
    data: Mapping[str, Any]
    at: datetime


Supply = Callable[[Sequence[Occasion]], Sequence[str]]

_supplies: dict[str, Supply] = {}


def supplies(key: str) -> Callable[[Supply], Supply]:
    """Let another room say what a variable says: it answers for many occasions at once, in their order."""

    def register(supply: Supply) -> Supply:
        _supplies[key] = supply
        return supply

    return register


def language_of(contact: Contact, of: Studio) -> str:
    """The language somebody is written to in: their own, else the studio's."""
    return contact.language if contact.language in WRITTEN_AS else of.language


def values_of(occasions: Sequence[Occasion]) -> list[dict[str, str]]:
    """What every variable says on each of these occasions, in their order."""
    business = studio.studio()
    people = list({one.contact.id: one.contact for one in occasions}.values())
    of_people = variables.values_for(people, variables.TRANSACTIONAL)
    said = [{**of_people[one.contact.id], **_own(one, business)} for one in occasions]
    for key, supplied in _supplied(occasions).items():
        for place, value in supplied.items():
            said[place][key] = value
    return said


def _own(one: Occasion, business: Studio) -> dict[str, str]:
    language = language_of(one.contact, business)
    with force_locale(language):
        return {key: _SAID[key](one, business, language) if key in _SAID else "" for key in one.notice.says}


def _supplied(occasions: Sequence[Occasion]) -> dict[str, dict[int, str]]:
    """By variable and place in the list."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for key, supply in _supplies.items():
        places = [place for place, one in enumerate(occasions) if key in one.notice.says]
        if places:
            answers = supply([occasions[place] for place in places])
            found[key] = dict(zip(places, answers, strict=True))
    return found


Says = Callable[[Occasion, Studio, str], str]


def _plainly(name: str) -> Says:
    return lambda one, _business, _language: str(one.data.get(name) or "")


def _day(one: Occasion, business: Studio, language: str) -> str:
    return _written(_starts_at(one), "EEEE d MMMM", business.tz, language)


def _time(one: Occasion, business: Studio, language: str) -> str:
    return _written(_starts_at(one), "HH:mm", business.tz, language)


def _purchase_day(one: Occasion, business: Studio, language: str) -> str:
    return _written(one.at, "d MMMM y", business.tz, language)


def _amount(one: Occasion, business: Studio, language: str) -> str:
    cents = int(one.data.get("price_cents") or 0)
    return web_filters.money(cents, business.currency, language=language) if cents else ""


def _payment(one: Occasion, _business: Studio, _language: str) -> str:
    """What a buyer on the web has still to do; nothing for sales that were paid when they were made."""
    chosen = payments.known(str(one.data.get("payment") or ""))
    return f"{chosen.label}. {chosen.hint}" if chosen is not None else ""


def _item(one: Occasion, _business: Studio, _language: str) -> str:
    return str(one.data.get("item") or one.data.get("membership") or "")


def _welcome(one: Occasion, _business: Studio, _language: str) -> str:
    """The class's own message; its template's where it has none (TXN-09)."""
    return str(one.data.get("welcome_message") or one.data.get("template_welcome_message") or "")


def _minutes_to_respond(one: Occasion, _business: Studio, _language: str) -> str:
    """As the offer says; else as the studio has set it for its waiting lists (TXN-07)."""
    return str(one.data.get("minutes_to_respond") or waitlist.minutes_to_respond())


# How they had paid: how they are paid back, where it is known what and where it is not (TXN-08).
_REFUNDS = {
    "pack": (_l("Your credit is back in your pack “%(what)s”."), _l("Your credit is back in your pack.")),
    "credit": (
        _l("%(what)s are back in your account balance."),
        _l("What you paid is back in your account balance."),
    ),
    "cash": (
        _l("We have put %(what)s on your account, for your next booking."),
        _l("We have put what you paid on your account, for your next booking."),
    ),
    "card": (_l("%(what)s are on their way back to your card."), _l("What you paid is on its way back to your card.")),
}
_REFUNDS["intro"] = _REFUNDS["pack"]


def _refund(one: Occasion, business: Studio, language: str) -> str:
    refund = one.data.get("refund") or {}
    paid_with = refund.get("by") or one.data.get("paid_with")
    if paid_with not in _REFUNDS:
        return ""
    cents = int(refund.get("amount_cents") or 0)
    amount = web_filters.money(cents, business.currency, language=language) if cents else ""
    pack = refund.get("pack") or one.data.get("membership") or ""
    what = pack if paid_with in {"pack", "intro"} else amount
    known, unknown = _REFUNDS[paid_with]
    return str(known) % {"what": what} if what else str(unknown)


_SAID: dict[str, Says] = {
    "className": _plainly("class_name"),
    "classDate": _day,
    "classTime": _time,
    "classLocation": _plainly("location"),
    "teacherName": _plainly("teacher"),
    "welcomeMessage": _welcome,
    "noteToCustomers": _plainly("note"),
    "refundNotice": _refund,
    "numberOfMinutesToRespond": _minutes_to_respond,
    "offerLink": _plainly("url"),
    "serviceName": _plainly("service"),
    "appointmentDate": _day,
    "appointmentTime": _time,
    "appointmentLocation": _plainly("location"),
    "staffName": _plainly("staff"),
    "itemName": _item,
    "amount": _amount,
    "purchaseDate": _purchase_day,
    "paymentNotice": _payment,
    "waiverName": _plainly("waiver"),
    "waiverNote": _plainly("note"),
    "url": _plainly("url"),
    "intakeFormName": _plainly("form"),
    "intakeFormLink": _plainly("url"),
}


def starts_at(data: Mapping[str, Any]) -> datetime | None:
    """When what an event tells of begins."""
    said = data.get("starts_at")
    return datetime.fromisoformat(said) if isinstance(said, str) else said


def _starts_at(one: Occasion) -> datetime | None:
    return starts_at(one.data)


def _written(instant: datetime | None, pattern: str, zone: ZoneInfo, language: str) -> str:
    return format_datetime(instant.astimezone(zone), pattern, locale=WRITTEN_AS[language]) if instant else ""
