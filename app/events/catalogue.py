"""Every kind of event, declared once: the shape of its data, its sentence on the timeline, who may post it.

A room adds a kind with one entry here; those of the studio's business are in `studio_kinds`. Sentences are read with
the event's data and `actor`; they go through gettext.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from flask_babel import LazyString, lazy_gettext
from pydantic import BaseModel, ConfigDict, Field


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


def declare(
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
    """Make a kind known: who may post it, where it shows, which consumers get it."""
    KINDS[key] = Kind(key, data, sentence, icon, posted, feed, live, frozenset(to))


_ = lazy_gettext


class Nothing(Data):
    """No data of its own."""


# ---------------------------------------------------------------- contacts


class ContactCreated(Data):
    via: str = ""


class TagNamed(Data):
    tag: Annotated[str, Field(max_length=80, pattern=r"\S")]


class ConsentChanged(Data):
    channel: str  # email_marketing | email_transactional | sms_marketing | sms_transactional
    via: str = ""
    message_id: int | None = None


class ContactChanged(Data):
    fields: list[str] = []


declare("contact.created", ContactCreated, _("Contact created"), icon="user-plus")
declare("contact.changed", ContactChanged, _("Details changed"), icon="pencil")
declare("contact.erased", Nothing, _("Personal data erased"), icon="eraser", feed=False)
declare("client.created", ContactCreated, _("Became a client"), icon="user-check", posted=True)
declare("client.created_from_dashboard", Nothing, _("Added to the client list"), icon="user-plus")
declare("tag.added", TagNamed, _("Tag %(tag)s added"), icon="tag", posted=True)
declare("tag.removed", TagNamed, _("Tag %(tag)s removed"), icon="tag-off", posted=True)
declare("consent.given", ConsentChanged, _("Subscribed to %(channel_name)s"), icon="bell", to=("sequences", "scoring"))
declare(
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


declare(
    "lead.created",
    LeadCreated,
    _("New lead from %(source)s"),
    icon="user-star",
    live=True,
    to=("sequences", "notifications"),
)
declare("lead.repeated", LeadCreated, _("Came again through %(source)s"), icon="repeat", live=True)
declare("lead.stage_changed", LeadStageChanged, _("Lead moved from %(from_stage)s to %(to_stage)s"), icon="arrow-right")
declare(
    "lead.assigned",
    LeadAssigned,
    _("Lead assigned to %(assignee)s"),
    icon="user-check",
    to=("sequences", "notifications"),
)
declare("lead.status_changed", LeadStatusChanged, _("Lead is now %(to_status)s"), icon="progress-check")
declare("lead.converted", LeadEvent, _("Lead converted"), icon="trophy", to=("sequences", "notifications"))


class FormSubmitted(Data):
    form: str
    form_id: int | None = None
    fields: dict[str, Any] = {}


declare("form.submitted", FormSubmitted, _("Sent the form “%(form)s”"), icon="forms", posted=True)


# ---------------------------------------------------------------- lifecycle


class LifecycleChanged(Data):
    from_stage: str = ""
    to_stage: str = ""


declare("lifecycle.stage_changed", LifecycleChanged, _("Moved from %(from_stage)s to %(to_stage)s"), icon="recycle")


# ---------------------------------------------------------------- messages


class AutomaticHeld(Data):
    until: str


declare("automatic.held", AutomaticHeld, _("Automatic messages held by %(actor)s"), icon="clock-pause", to=())
declare(
    "automatic.cancelled",
    AutomaticHeld,
    _("Automatic messages left out by %(actor)s for a while"),
    icon="mail-off",
    to=(),
)
declare("automatic.released", Nothing, _("Automatic messages go again"), icon="send", to=())


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


declare("message.sent", MessageEvent, _("%(channel_name)s sent: %(subject)s"), icon="send", feed=False, to=())
declare(
    "message.received",
    MessageEvent,
    _("Wrote by %(channel_name)s"),
    icon="message",
    live=True,
    to=("sequences", "scoring", "notifications"),
)
declare(
    "message.replied", MessageEvent, _("Replied by %(channel_name)s"), icon="message-reply", to=("sequences", "scoring")
)
declare("message.opened", MessageEvent, _("Opened “%(subject)s”"), icon="mail-opened", to=("sequences", "scoring"))
declare(
    "message.clicked", MessageClicked, _("Clicked a link in “%(subject)s”"), icon="click", to=("sequences", "scoring")
)
declare(
    "message.bounced", MessageFailed, _("“%(subject)s” bounced"), icon="mail-x", live=True, to=("sequences", "scoring")
)
declare("message.failed", MessageFailed, _("“%(subject)s” could not be sent"), icon="alert-circle", live=True)


class CallData(Data):
    number: str = ""
    seconds: int = 0
    outcome: str = ""  # answered | missed | voicemail


class VoicemailLeft(Data):
    number: str = ""
    seconds: int = 0
    recording_id: str = ""  # the provider's


declare(
    "call.received",
    CallData,
    _("Called the studio"),
    icon="phone-incoming",
    posted=True,
    live=True,
    to=("sequences", "scoring"),
)
declare(
    "call.voicemail_left",
    VoicemailLeft,
    _("Left a voicemail, %(seconds)s s"),
    icon="microphone",
    live=True,
    to=(),
)
declare(
    "call.made",
    CallData,
    _("Was called, %(seconds)s s"),
    icon="phone-outgoing",
    posted=True,
    to=("sequences", "scoring"),
)


class DemoData(Data):
    name: str = ""


declare("demo.booked", DemoData, _("Booked a demo"), icon="calendar-star", posted=True, to=("sequences", "scoring"))


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


declare("task.created", TaskEvent, _("Task created: %(title)s"), icon="checklist", live=True)
declare("task.completed", TaskEvent, _("Task done: %(title)s"), icon="check", live=True)
declare("task.reopened", TaskEvent, _("Task open again: %(title)s"), icon="arrow-back-up", live=True, to=())
declare("task.postponed", TaskEvent, _("Task put off: %(title)s"), icon="clock", live=True, to=())
declare("score.changed", ScoreChanged, _("Score %(points)+d, now %(score)d"), icon="flame", feed=False, to=())
declare(
    "score.became_hot",
    Heat,
    _("Became hot, score %(score)d"),
    icon="flame",
    live=True,
    to=("sequences", "notifications"),
)
declare("score.became_cold", Heat, _("Became cold"), icon="snowflake", live=True)
declare("sequence.entered", SequenceEvent, _("Entered the sequence “%(sequence)s”"), icon="git-merge", to=())
declare("sequence.left", SequenceEvent, _("Left the sequence “%(sequence)s”: %(reason)s"), icon="door-exit", to=())
declare("sequence.completed", SequenceEvent, _("Completed the sequence “%(sequence)s”"), icon="circle-check", to=())


class SequenceHalted(Data):
    sequence_id: int
    sequence: str


declare(
    "sequence.fused",
    SequenceHalted,
    _("The fuse paused the sequence “%(sequence)s”"),
    icon="alert-triangle",
    to=("notifications",),
)
declare(
    "sequence.asks",
    SequenceHalted,
    _("Late messages of the sequence “%(sequence)s” wait for somebody’s word"),
    icon="clock",
    to=("notifications",),
)


# ---------------------------------------------------------------- the account


class AppSwitched(Data):
    app: str  # the marketing suite or an integration, by its key
    on: bool


class PlanChanged(Data):
    level: str


class TierChosen(Data):
    segments: int | None  # a month; none: no limit


class EventIgnored(Data):
    integration: str
    name: str
    ignored_kind: str
    why: str  # off | plan


declare("app.switched", AppSwitched, _("%(app)s switched"), icon="apps", feed=False, to=())
declare("plan.changed", PlanChanged, _("The plan is now %(level)s"), icon="building-store", feed=False, to=())
declare("plan.trial_started", Nothing, _("Trial of the Studio plan started"), icon="flask", feed=False, to=())
declare("sms.tier_chosen", TierChosen, _("Another SMS tier chosen"), icon="message-2", feed=False, to=())
declare(
    "integration.event_ignored",
    EventIgnored,
    _("%(ignored_kind)s ignored: %(name)s is switched off"),
    icon="filter-off",
    feed=False,
    to=(),
)


class ApiEvent(Data):
    name: str


declare("api.event", ApiEvent, _("%(name)s"), icon="webhook", posted=True)
