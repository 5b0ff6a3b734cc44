"""Every kind of event, declared once: the shape of its data, its sentence on the timeline, who may post it.

A room adds a kind with one entry here. Sentences are read with the event's data and `actor`; they go through gettext.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import LazyString, lazy_gettext
from pydantic import BaseModel, ConfigDict


class Data(BaseModel):
    """The data of an event. Unknown keys are kept: other systems may say more than we know."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True)
class Kind:
    """A kind of event."""

    key: str
    data: type[Data]
    sentence: LazyString
    icon: str = "point"
    posted: bool = False  # other systems may post it through the API
    feed: bool = True  # shown on the contact's timeline and in the activity feed
    live: bool = False  # open pages hear of it at once (`app/live.py`)
    consumers: frozenset[str] = field(default_factory=frozenset)  # who gets it through `event_queue`


class UnknownKind(KeyError):
    """No event of that kind exists."""


KINDS: dict[str, Kind] = {}


def kind(key: str) -> Kind:
    """Look a kind up. Raises UnknownKind."""
    try:
        return KINDS[key]
    except KeyError:
        raise UnknownKind(key) from None


def listen(consumer: str, *kinds: str) -> None:
    """Hand events of these kinds to one more consumer: a room that listens says so itself. Raises UnknownKind."""
    for key in kinds:
        declared = kind(key)
        KINDS[key] = replace(declared, consumers=declared.consumers | {consumer})


def _declare(
    key: str,
    data: type[Data],
    sentence: LazyString,
    *,
    icon: str,
    posted: bool = False,
    feed: bool = True,
    live: bool = False,
    to: tuple[str, ...] = ("sequences",),
) -> None:
    KINDS[key] = Kind(key, data, sentence, icon, posted, feed, live, frozenset(to))


_ = lazy_gettext


class Nothing(Data):
    """No data of its own."""


# ---------------------------------------------------------------- contacts


class ContactCreated(Data):
    via: str = ""


class TagNamed(Data):
    tag: str


class ConsentChanged(Data):
    channel: str  # email_marketing | email_transactional | sms_marketing | sms_transactional
    via: str = ""
    message_id: int | None = None


class ContactChanged(Data):
    fields: list[str] = []


_declare("contact.created", ContactCreated, _("Contact created"), icon="user-plus")
_declare("contact.changed", ContactChanged, _("Details changed"), icon="pencil")
_declare("contact.erased", Nothing, _("Personal data erased"), icon="eraser", feed=False)
_declare("client.created", ContactCreated, _("Became a client"), icon="user-check", posted=True)
_declare("client.created_from_dashboard", Nothing, _("Added to the client list"), icon="user-plus")
_declare("tag.added", TagNamed, _("Tag %(tag)s added"), icon="tag", posted=True)
_declare("tag.removed", TagNamed, _("Tag %(tag)s removed"), icon="tag-off", posted=True)
_declare("consent.given", ConsentChanged, _("Subscribed to %(channel_name)s"), icon="bell", to=("sequences", "scoring"))
_declare(
    "consent.withdrawn",
    ConsentChanged,
    _("Unsubscribed from %(channel_name)s"),
    icon="bell-off",
    to=("sequences", "scoring"),
)


# ---------------------------------------------------------------- leads


class LeadEvent(Data):
    lead_id: int
    source: str = ""


class LeadStageChanged(Data):
    lead_id: int
    from_stage: str = ""
    to_stage: str


class LeadAssigned(Data):
    lead_id: int
    assignee: str = ""
    assignee_id: int | None = None


class LeadStatusChanged(Data):
    lead_id: int
    from_status: str
    to_status: str


class LeadCreated(LeadEvent):
    form: str = ""
    item_kind: str = ""
    item: str = ""
    note: str = ""


_declare(
    "lead.created",
    LeadCreated,
    _("New lead from %(source)s"),
    icon="user-star",
    live=True,
    to=("sequences", "notifications"),
)
_declare("lead.repeated", LeadCreated, _("Came again through %(source)s"), icon="repeat", live=True)
_declare(
    "lead.stage_changed", LeadStageChanged, _("Lead moved from %(from_stage)s to %(to_stage)s"), icon="arrow-right"
)
_declare(
    "lead.assigned",
    LeadAssigned,
    _("Lead assigned to %(assignee)s"),
    icon="user-check",
    to=("sequences", "notifications"),
)
_declare("lead.status_changed", LeadStatusChanged, _("Lead is now %(to_status)s"), icon="progress-check")
_declare("lead.converted", LeadEvent, _("Lead converted"), icon="trophy", to=("sequences", "notifications"))


class FormSubmitted(Data):
    form: str
    form_id: int | None = None
    fields: dict[str, Any] = {}


_declare("form.submitted", FormSubmitted, _("Sent the form “%(form)s”"), icon="forms", posted=True)


# ---------------------------------------------------------------- lifecycle


class LifecycleChanged(Data):
    from_stage: str = ""
    to_stage: str = ""


_declare("lifecycle.stage_changed", LifecycleChanged, _("Moved from %(from_stage)s to %(to_stage)s"), icon="recycle")


# ---------------------------------------------------------------- the studio's business


class ClassData(Data):
    class_name: str = ""
    class_id: str = ""
    template: str = ""
    location: str = ""
    teacher: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    booking_id: str = ""
    paid_with: str = ""  # subscription | pack | intro | card | cash | credit | classpass | free
    membership: str = ""
    discount_code: str = ""


class BookingCancelled(ClassData):
    late: bool = False  # inside the late-cancellation period
    credit_lost: bool = False  # inside the credit-cancellation limit


class Refund(Data):
    by: str = ""  # pack | credit | cash | card: how they had paid, where `paid_with` does not say it
    amount_cents: int = 0
    pack: str = ""


class ClassCancelled(ClassData):
    note: str = ""  # to the customers, from the studio's dialog
    refund: Refund | None = None


class WaitlistOffer(ClassData):
    minutes_to_respond: int | None = None
    url: str = ""  # where the place is taken


class AppointmentData(Data):
    service: str = ""
    staff: str = ""
    location: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    booking_id: str = ""
    paid_with: str = ""
    membership: str = ""


class MembershipData(Data):
    membership: str
    kind: str = "subscription"  # subscription | pack | intro
    membership_id: str = ""
    price_cents: int = 0
    ends_at: datetime | None = None
    credits: int | None = None


class PurchaseData(Data):
    item: str
    item_kind: str = "product"
    price_cents: int = 0
    sale_id: str = ""


class OrderData(Data):
    order_id: int
    item: str
    item_kind: str = ""
    price_cents: int = 0
    paid_with: str = ""


class CheckoutData(Data):
    item: str
    item_kind: str = ""  # subscription | pack | intro | product | class | appointment
    url: str = ""  # where the checkout can be gone on with
    checkout_id: int | None = None


_declare("class.booked", ClassData, _("Booked %(class_name)s"), icon="calendar-plus", posted=True)
_declare("class.booking_cancelled", BookingCancelled, _("Cancelled %(class_name)s"), icon="calendar-x", posted=True)
_declare("class.visited", ClassData, _("Attended %(class_name)s"), icon="run", posted=True)
_declare("class.cancelled", ClassCancelled, _("%(class_name)s was cancelled"), icon="calendar-off", posted=True)
_declare(
    "waitlist.offered", WaitlistOffer, _("Was offered a place in %(class_name)s"), icon="hourglass-low", posted=True
)
_declare("appointment.booked", AppointmentData, _("Booked %(service)s"), icon="calendar-plus", posted=True)
_declare("appointment.cancelled", AppointmentData, _("Cancelled %(service)s"), icon="calendar-x", posted=True)
_declare("membership.purchased", MembershipData, _("Bought %(membership)s"), icon="id-badge-2", posted=True)
_declare("membership.expired", MembershipData, _("%(membership)s expired"), icon="calendar-off", posted=True)
_declare("intro.purchased", MembershipData, _("Bought the intro offer %(membership)s"), icon="gift", posted=True)
_declare("purchase.made", PurchaseData, _("Bought %(item)s"), icon="shopping-bag", posted=True)
_declare("order.paid", OrderData, _("%(item)s paid at the studio"), icon="cash")
_declare("order.cancelled", OrderData, _("Order of %(item)s cancelled"), icon="circle-x")
_declare("checkout.abandoned", CheckoutData, _("Left the checkout of %(item)s"), icon="shopping-cart", posted=True)


class WaiverRequest(Data):
    waiver: str = ""
    url: str = ""  # where it is signed


class IntakeSubmitted(Data):
    form: str
    form_id: int | None = None
    submission_id: int | None = None


_declare("waiver.signature_requested", WaiverRequest, _("Was asked to sign the waiver"), icon="file-text", posted=True)
_declare("intake.submitted", IntakeSubmitted, _("Filled in “%(form)s”"), icon="clipboard-text", posted=True)


# ---------------------------------------------------------------- messages


class MessageEvent(Data):
    message_id: int
    channel: str
    category: str = ""
    subject: str = ""


class MessageClicked(MessageEvent):
    link_id: int
    url: str = ""


class MessageFailed(MessageEvent):
    reason: str = ""


_declare("message.sent", MessageEvent, _("%(channel_name)s sent: %(subject)s"), icon="send", feed=False, to=())
_declare(
    "message.received",
    MessageEvent,
    _("Wrote by %(channel_name)s"),
    icon="message",
    live=True,
    to=("sequences", "scoring", "notifications"),
)
_declare(
    "message.replied", MessageEvent, _("Replied by %(channel_name)s"), icon="message-reply", to=("sequences", "scoring")
)
_declare("message.opened", MessageEvent, _("Opened “%(subject)s”"), icon="mail-opened", to=("sequences", "scoring"))
_declare(
    "message.clicked", MessageClicked, _("Clicked a link in “%(subject)s”"), icon="click", to=("sequences", "scoring")
)
_declare(
    "message.bounced", MessageFailed, _("“%(subject)s” bounced"), icon="mail-x", live=True, to=("sequences", "scoring")
)
_declare("message.failed", MessageFailed, _("“%(subject)s” could not be sent"), icon="alert-circle", live=True)


class CallData(Data):
    number: str = ""
    seconds: int = 0
    outcome: str = ""  # answered | missed | voicemail


class VoicemailLeft(Data):
    number: str = ""
    seconds: int = 0
    recording_id: str = ""  # the provider's


_declare(
    "call.received",
    CallData,
    _("Called the studio"),
    icon="phone-incoming",
    posted=True,
    live=True,
    to=("sequences", "scoring"),
)
_declare(
    "call.voicemail_left",
    VoicemailLeft,
    _("Left a voicemail, %(seconds)s s"),
    icon="microphone",
    live=True,
    to=(),
)
_declare(
    "call.made",
    CallData,
    _("Was called, %(seconds)s s"),
    icon="phone-outgoing",
    posted=True,
    to=("sequences", "scoring"),
)


class DemoData(Data):
    name: str = ""


_declare("demo.booked", DemoData, _("Booked a demo"), icon="calendar-star", posted=True, to=("sequences", "scoring"))


# ---------------------------------------------------------------- tasks, score, sequences


class TaskEvent(Data):
    task_id: int
    title: str


class ScoreChanged(Data):
    points: int
    score: int
    rule: str = ""


class Heat(Data):
    score: int
    threshold: int


class SequenceEvent(Data):
    sequence_id: int
    sequence: str
    enrolment_id: int
    reason: str = ""


_declare("task.created", TaskEvent, _("Task created: %(title)s"), icon="checklist", live=True)
_declare("task.completed", TaskEvent, _("Task done: %(title)s"), icon="check", live=True)
_declare("task.reopened", TaskEvent, _("Task open again: %(title)s"), icon="arrow-back-up", live=True, to=())
_declare("task.postponed", TaskEvent, _("Task put off: %(title)s"), icon="clock", live=True, to=())
_declare("score.changed", ScoreChanged, _("Score %(points)+d, now %(score)d"), icon="flame", feed=False, to=())
_declare(
    "score.became_hot",
    Heat,
    _("Became hot, score %(score)d"),
    icon="flame",
    live=True,
    to=("sequences", "notifications"),
)
_declare("score.became_cold", Heat, _("Became cold"), icon="snowflake", live=True)
_declare("sequence.entered", SequenceEvent, _("Entered the sequence “%(sequence)s”"), icon="git-merge", to=())
_declare("sequence.left", SequenceEvent, _("Left the sequence “%(sequence)s”: %(reason)s"), icon="door-exit", to=())
_declare("sequence.completed", SequenceEvent, _("Completed the sequence “%(sequence)s”"), icon="circle-check", to=())


# ---------------------------------------------------------------- the account


class AppSwitched(Data):
    app: str  # the marketing suite or an integration, by its key
    on: bool


class PlanChanged(Data):
    level: str


class EventIgnored(Data):
    integration: str
    name: str
    ignored_kind: str
    why: str  # off | plan


_declare("app.switched", AppSwitched, _("%(app)s switched"), icon="apps", feed=False, to=())
_declare("plan.changed", PlanChanged, _("The plan is now %(level)s"), icon="building-store", feed=False, to=())
_declare("plan.trial_started", Nothing, _("Trial of the Studio plan started"), icon="flask", feed=False, to=())
_declare(
    "integration.event_ignored",
    EventIgnored,
    _("%(ignored_kind)s ignored: %(name)s is switched off"),
    icon="filter-off",
    feed=False,
    to=(),
)


class ApiEvent(Data):
    name: str


_declare("api.event", ApiEvent, _("%(name)s"), icon="webhook", posted=True)
