"""The messages the product sends by itself, each declared once: when it goes, what may stand in it (TXN-01, TXN-04).

What is said of the person is written small (`first_name`), what is said of the occasion in humps (`className`). The
ready-made texts stand in `ready.yaml`, and a studio's own in the database (`texts`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.messaging import kinds, variables
from app.messaging.models import EMAIL, SMS


@dataclass(frozen=True)
class Variable:
    """Something an occasion says, and an example of it for the preview."""

    key: str
    label: LazyString
    example: LazyString

    @property
    def token(self) -> str:
        return f"##{{{{{self.key}}}}}"


VARIABLES = {
    one.key: one
    for one in (
        Variable("className", _("Name of the class"), _("Vinyasa Flow")),
        Variable("classDate", _("Day of the class"), _("Thursday 26 November")),
        Variable("classTime", _("Time of the class"), _("18:30")),
        Variable("classLocation", _("Where the class is"), _("Main studio")),
        Variable("teacherName", _("Who teaches"), _("Sofia Rossi")),
        Variable("welcomeMessage", _("Welcome message of the class"), _("Bring a towel and come ten minutes early.")),
        Variable("noteToCustomers", _("Note of the cancellation"), _("Sofia is ill. We are sorry.")),
        Variable("refundNotice", _("How it is paid back"), _("Your credit is back in your pack “10-class pass”.")),
        Variable("numberOfMinutesToRespond", _("Minutes to respond"), _("30")),
        Variable("offerLink", _("Where the place is taken"), _("https://studio.example/offers/1")),
        Variable("serviceName", _("Name of the service"), _("Discovery call")),
        Variable("appointmentDate", _("Day of the appointment"), _("Thursday 26 November")),
        Variable("appointmentTime", _("Time of the appointment"), _("10:00")),
        Variable("appointmentLocation", _("Where the appointment is"), _("Main studio")),
        Variable("staffName", _("Who they meet"), _("Sofia Rossi")),
        Variable("itemName", _("What was bought"), _("10-class pass")),
        Variable("amount", _("Amount"), _("€140")),
        Variable("purchaseDate", _("Day of the purchase"), _("Thursday 26 November")),
        Variable("paymentNotice", _("How it is still to be paid"), _("Pay at the studio.")),
        Variable("waiverName", _("Name of the waiver"), _("Health and liability")),
        Variable("waiverNote", _("Note of whoever changed the waiver"), _("What is new is the part about the sauna.")),
        Variable("url", _("Where the waiver is signed"), _("https://studio.example/waiver/1")),
        Variable(
            "intakeInvitation",
            _("Invitation to fill in the service’s intake form"),
            _("A few questions help us prepare: https://studio.example/i/1"),
        ),
        Variable("intakeFormName", _("Name of the intake form"), _("Before your first session")),
        Variable("intakeFormLink", _("Where the intake form is filled in"), _("https://studio.example/i/1")),
    )
}

_CLASS = ("className", "classDate", "classTime", "classLocation", "teacherName")
_APPOINTMENT = ("serviceName", "appointmentDate", "appointmentTime", "appointmentLocation", "staffName")

SALES = ("membership.purchased", "intro.purchased", "purchase.made")

GROUPS = {
    "classes": _("Classes"),
    "appointments": _("Appointments"),
    "sales": _("Purchases"),
    "papers": _("Forms and papers"),
}


def _always(_data: Mapping[str, Any]) -> bool:
    return True


def _is_owed(data: Mapping[str, Any]) -> bool:
    """An order that is to be paid at the studio: its event says how (`app/studio/orders.py`)."""
    return bool(data.get("payment"))


def _is_paid(data: Mapping[str, Any]) -> bool:
    return not _is_owed(data)


def _is_by_client(data: Mapping[str, Any]) -> bool:
    return data.get("cancelled_by") != "studio"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One kind of message. `events` are what it answers; a reminder answers none, it goes `hours_before`.

    Where several answer one kind of event, it is the first whose `answers_to` takes its data.
    """

    key: str  # also the kind of its messages in the log
    group: str
    icon: str
    name: LazyString
    occasion: LazyString
    says: Sequence[str]  # keys of VARIABLES
    events: Sequence[str] = ()
    answers_to: Callable[[Mapping[str, Any]], bool] = _always
    hours_before: int | None = None
    channels: Sequence[str] = (EMAIL, SMS)
    must_keep: Sequence[str] = ()  # keys without which the message leads nowhere

    @property
    def variables(self) -> list[variables.Variable | Variable]:
        """All that may stand in it: about the person, then about the occasion."""
        return [*variables.usable(variables.TRANSACTIONAL), *(VARIABLES[key] for key in self.says)]

    @property
    def keys(self) -> set[str]:
        return {one.key for one in self.variables}

    @property
    def is_reminder(self) -> bool:
        return self.hours_before is not None


_ALL = (
    Notice(
        key="class_confirmation",
        group="classes",
        icon="calendar-check",
        name=_("Class confirmation"),
        occasion=_("When somebody books a class"),
        events=("class.booked",),
        says=(*_CLASS, "welcomeMessage"),
    ),
    Notice(
        key="class_reminder",
        group="classes",
        icon="bell",
        name=_("Class reminder"),
        occasion=_("Some hours before a class"),
        hours_before=24,
        says=(*_CLASS, "welcomeMessage"),
    ),
    Notice(
        key="class_cancellation",
        group="classes",
        icon="calendar-x",
        name=_("Class cancellation"),
        occasion=_("When somebody cancels their booking"),
        events=("class.booking_cancelled",),
        answers_to=_is_by_client,
        says=_CLASS,
        channels=(EMAIL,),
    ),
    Notice(
        key="class_cancelled_by_studio",
        group="classes",
        icon="calendar-off",
        name=_("Class cancelled by the studio"),
        occasion=_("When the studio cancels a class they had booked"),
        events=("class.cancelled", "class.booking_cancelled"),
        says=(*_CLASS, "noteToCustomers", "refundNotice"),
    ),
    Notice(
        key="waitlist_offer",
        group="classes",
        icon="hourglass-low",
        name=_("Waitlist offer"),
        occasion=_("When a place becomes free for somebody on the waitlist"),
        events=("waitlist.offered",),
        says=(*_CLASS, "numberOfMinutesToRespond", "offerLink"),
    ),
    Notice(
        key="appointment_confirmation",
        group="appointments",
        icon="calendar-check",
        name=_("Appointment confirmation"),
        occasion=_("When somebody books an appointment"),
        events=("appointment.booked",),
        says=(*_APPOINTMENT, "intakeInvitation"),
    ),
    Notice(
        key="appointment_reminder",
        group="appointments",
        icon="bell",
        name=_("Appointment reminder"),
        occasion=_("Some hours before an appointment"),
        hours_before=24,
        says=_APPOINTMENT,
    ),
    Notice(
        key="appointment_cancellation",
        group="appointments",
        icon="calendar-x",
        name=_("Appointment cancellation"),
        occasion=_("When an appointment is cancelled"),
        events=("appointment.cancelled",),
        says=_APPOINTMENT,
        channels=(EMAIL,),
    ),
    Notice(
        key="order_confirmation",
        group="sales",
        icon="shopping-cart",
        name=_("Order confirmation"),
        occasion=_("When somebody orders something and pays at the studio"),
        events=SALES,
        answers_to=_is_owed,
        says=("itemName", "amount", "purchaseDate", "paymentNotice"),
        channels=(EMAIL,),
    ),
    Notice(
        key="receipt",
        group="sales",
        icon="cash",
        name=_("Receipt"),
        occasion=_("When somebody has paid for something"),
        events=(*SALES, "order.paid"),
        answers_to=_is_paid,
        says=("itemName", "amount", "purchaseDate"),
        channels=(EMAIL,),
    ),
    Notice(
        key="waiver_request",
        group="papers",
        icon="file-text",
        name=_("Updated-waiver signature request"),
        occasion=_("When the waiver has changed and is to be signed again"),
        events=("waiver.signature_requested",),
        says=("waiverName", "waiverNote", "url"),
        must_keep=("url",),
    ),
    Notice(
        key="intake_request",
        group="papers",
        icon="clipboard-text",
        name=_("Intake form"),
        occasion=_("When the staff send somebody an intake form"),
        says=("intakeFormName", "intakeFormLink"),
    ),
)

NOTICES = {one.key: one for one in _ALL}
REMINDERS = tuple(one for one in _ALL if one.is_reminder)
KINDS = frozenset(kind for one in _ALL for kind in one.events)  # of events that are answered


def answer_to(kind: str, data: Mapping[str, Any]) -> Notice | None:
    """The message that answers an event of this kind."""
    return next((one for one in _ALL if kind in one.events and one.answers_to(data)), None)


kinds.NAMES.update({one.key: one.name for one in _ALL})
