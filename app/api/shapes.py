"""What goes in and out: the shapes of API.md's resources, shared by its operations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from app import reasons
from app.contacts.addresses import clean_email, clean_phone
from app.contacts.models import CONSENTS

Name = Annotated[str, Field(max_length=200)]
RecordId = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _email(value: str | None) -> str | None:
    if value is not None and value.strip() and clean_email(value) is None:
        raise ValueError("is not an e-mail address")
    return value


def _phone(value: str | None) -> str | None:
    if value is not None and value.strip() and clean_phone(value) is None:
        raise ValueError("is not a phone number; write it with its country code, as in +33612345678")
    return value


Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]

Reason = Annotated[str, AfterValidator(reasons.say)]  # stored as a code, given as a sentence


class Strict(BaseModel):
    """A body: unknown keys are refused, so that a typing error is not a silent loss."""

    model_config = ConfigDict(extra="forbid")


class ContactFields(Strict):
    """What may be said of a contact."""

    first_name: Name = ""
    last_name: Name = ""
    email: Email | None = None
    phone: Phone | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=100)] = []
    custom: dict[str, Any] = {}
    client: bool | None = None
    location: str | None = None
    language: Literal["en", "fr", ""] = ""


class NewContact(ContactFields):
    """A contact to make or to complete."""


class ContactChange(Strict):
    """What to change of a contact; what is not named stays."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=100)] | None = None
    custom: dict[str, Any] | None = None
    client: bool | None = None
    location: str | None = None
    lifecycle_stage: str | None = None
    language: Literal["en", "fr", ""] | None = None


class ContactRef(ContactFields):
    """A contact by one of its keys, made from the fields where none matches."""

    id: RecordId | None = None


class ConsentChange(Strict):
    """The subscriptions to set."""

    email_marketing: bool | None = None
    email_transactional: bool | None = None
    sms_marketing: bool | None = None
    sms_transactional: bool | None = None


assert set(ConsentChange.model_fields) == set(CONSENTS)  # noqa: S101 - the two lists are one


class ContactOut(BaseModel):
    """A contact."""

    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    external_id: str | None
    client: bool
    tags: list[str]
    custom: dict[str, Any]
    lifecycle_stage: str | None
    score: int
    hot: bool
    location: str | None
    consent: dict[str, bool]
    created_at: datetime


class EventOut(BaseModel):
    """An event of a contact's timeline."""

    id: int
    kind: str
    occurred_at: datetime
    actor: dict[str, Any]
    data: dict[str, Any]


class MessageOut(BaseModel):
    """A message, in or out."""

    id: int
    contact_id: int | None
    direction: Literal["in", "out"]
    channel: Literal["email", "sms", "in_app"]
    category: Literal["transactional", "sequence", "manual"]
    status: str
    reason: Reason
    subject: str
    text: str
    queued_at: datetime
    due_at: datetime
    sent_at: datetime | None
    sequence_id: int | None
    step_id: str | None


class NewLead(Strict):
    """A lead to make: of a contact named by id, or of one described."""

    contact: ContactRef | None = None
    contact_id: RecordId | None = None
    source: Annotated[str, Field(min_length=1, max_length=120)]
    stage: str | None = None
    assignee: str | None = None
    note: Annotated[str, Field(max_length=5000)] = ""


class LeadChange(Strict):
    """What to change of a lead. Assignee: a name or an e-mail address of the staff; an empty one takes it away."""

    stage: str | None = None
    status: Literal["not_contacted", "contacted", "converted", "not_converted"] | None = None
    assignee: str | None = None
    note: Annotated[str, Field(max_length=5000)] | None = None


class LeadOut(BaseModel):
    """A lead."""

    id: int
    contact_id: int
    source: str
    stage: str
    status: Literal["open", "closed"]
    detailed_status: str
    assignee: str | None
    fraudulent: bool
    created_at: datetime
    converted_at: datetime | None


class EventIn(Strict):
    """Something that happened elsewhere."""

    kind: Annotated[str, Field(min_length=1, max_length=64)]
    contact: ContactRef
    occurred_at: AwareDatetime | None = None
    dedupe_key: Annotated[str, Field(min_length=1, max_length=190)] | None = None
    data: dict[str, Any] = {}


class EventsOut(BaseModel):
    """How many events were new, how many known already; and where their integration is off, how many had no effect."""

    accepted: int
    duplicates: int
    ignored: int = 0
    ids: list[int]


class TaskOut(BaseModel):
    """A task of the staff."""

    id: int
    title: str
    contact_id: int | None
    role: str | None
    location: str | None
    assignee: str | None
    status: Literal["open", "done"]
    due_at: datetime | None
    completed_by: str | None


class SequenceOut(BaseModel):
    """A sequence, without its document."""

    id: int
    title: str
    status: str
    revision: int


class GoalOut(BaseModel):
    """What a sequence is for: an act, with certain items or any, in so many days after the step that reached them."""

    what: str
    names: list[str]
    days: int


class BranchResultOut(BaseModel):
    """Those who took one way out of a fork: `then`, `else`, or the letter of a split's branch."""

    branch: str
    runs: int
    converted: int
    revenue_cents: int


class StepResultOut(BaseModel):
    """What one step has done. `arrived`: of the messages sent, an e-mail unless it came back, an SMS once confirmed."""

    step_id: str
    reached: int
    waiting: int
    done: int
    skipped: int
    left: int
    queued: int
    sent: int
    arrived: int
    opened: int
    clicked: int
    replied: int
    unsubscribed: int
    bounced: int
    failed: int
    held: int
    converted: int
    revenue_cents: int
    branches: list[BranchResultOut]


class ResultsOut(BaseModel):
    """What became of those who entered a sequence. Each sale counts once, for the step that reached the buyer last."""

    goal: GoalOut
    entered: int
    statuses: dict[str, int]
    converted: int
    revenue_cents: int
    currency: str
    steps: list[StepResultOut]


class Activation(Strict):
    """What becomes of whoever is inside. `inside`: everybody is carried to the new version, or finishes the old one.
    `removed`, by the id of a deleted step: those who wait on it go on with the next that is left (if nothing is said),
    finish the old version, or exit. `overdue`, for a paused sequence: late messages are skipped or sent.
    """

    inside: Literal["carry", "finish"] = "carry"
    removed: dict[str, Literal["go_on", "finish", "exit"]] = {}
    overdue: Literal["skip", "send"] = "skip"


class StrandedOut(BaseModel):
    """People who wait on a deleted step, and the step they would go on with: null where nothing is left."""

    step_id: str
    title: str
    people: int
    goes_on_with: str | None


class OverdueOut(BaseModel):
    """One step that people should have been through by now, had the sequence not been paused."""

    step_id: str
    title: str
    people: int
    messages: int
    since: datetime


class ActivationOut(BaseModel):
    """What activating would do: what changes, for whom, and what is overdue in a paused sequence."""

    changes: list[ChangeOut]
    inside: int
    waiting: dict[str, int]
    removed: list[StrandedOut]
    overdue: list[OverdueOut]
    overdue_messages: int


class FieldOut(BaseModel):
    """One thing said differently: its name in the document, what it was and what it is now."""

    name: str
    old: Any
    new: Any


class ChangeOut(BaseModel):
    """What has become of one thing of a document."""

    about: Literal["setting", "trigger", "exit", "step"]
    kind: Literal["added", "removed", "moved", "changed"]
    step_id: str | None
    title: str
    fields: list[FieldOut]


class DiffOut(BaseModel):
    """What is different between two revisions."""

    older: int = Field(alias="from")
    newer: int = Field(alias="to")
    changes: list[ChangeOut]


class RevisionOut(BaseModel):
    """A revision of a sequence. `over` is the revision it is an edit of."""

    number: int
    summary: str
    created_at: datetime
    by: str | None
    published_at: datetime | None
    published_by: str | None
    over: int | None
    live: bool
    draft: bool


class RevisionDocumentOut(RevisionOut):
    """A revision with its document."""

    document: dict[str, Any]


class AssumedEvent(Strict):
    """Something the contact is taken to do meanwhile, as it would be posted."""

    kind: Annotated[str, Field(min_length=1, max_length=64)]
    occurred_at: AwareDatetime
    data: dict[str, Any] = {}


class SimulationIn(Strict):
    """Whom to try a sequence on. `anchor`: the date its steps stand before or after, a week ahead unless given."""

    contact_id: RecordId
    anchor: AwareDatetime | None = None
    horizon_days: Annotated[int, Field(ge=1, le=400)] = 90
    assume: Annotated[list[AssumedEvent], Field(max_length=200)] = []


class PreviewOut(BaseModel):
    """A message as its receiver would get it."""

    channel: str
    subject: str
    text: str
    html: str


class EntryOut(BaseModel):
    """One line of what happens to somebody in a sequence."""

    at: datetime
    step_id: str | None
    do: str
    outcome: str
    reason: str
    preview: PreviewOut | None


class SimulationOut(BaseModel):
    """What a sequence would do; `status` is how the run stands at the horizon, null where it never begins."""

    status: Literal["active", "completed", "exited", "stopped", "failed"] | None
    entries: list[EntryOut]


class BacktestIn(Strict):
    """How many of the past days to look at."""

    days: Annotated[int, Field(ge=1, le=365)] = 90


class ReasonCount(BaseModel):
    """How often something turned on a reason."""

    reason: Reason
    count: int


class BacktestStepOut(BaseModel):
    """What a step would have done: people by outcome, and what would have become of its messages."""

    step_id: str
    do: str
    outcomes: dict[str, int]
    skipped: list[ReasonCount]
    sent: int
    held_back: list[ReasonCount]
    waiting: int


class BacktestExampleOut(BaseModel):
    """One of those who would have been in it."""

    contact_id: int
    entered_at: datetime
    status: str
    reason: Reason
    messages: int


class BacktestOut(BaseModel):
    """What a sequence's draft would have done. Of `of` people with something in the log that its trigger listens to,
    `read` were gone through in the time there is; all figures are of those.
    """

    since: datetime
    until: datetime
    of: int
    read: int
    enrolled: int
    people: int
    kept_out: list[ReasonCount]
    exited: list[ReasonCount]
    completed: int
    failed: int
    inside: int
    messages: int
    sent: dict[str, int]
    tasks: int
    over_three_a_week: int
    most_a_week: int
    steps: list[BacktestStepOut]
    examples: list[BacktestExampleOut]
    limits: list[str]
    seconds: float


class EnrolmentOut(BaseModel):
    """One pass of one contact through one sequence."""

    id: int
    sequence_id: int
    contact_id: int
    revision: int
    status: Literal["active", "completed", "exited", "stopped", "failed"]
    reason: Reason
    step_id: str | None
    due_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    runs: list[dict[str, Any]]


class Named(BaseModel):
    """An entry of a short list."""

    id: int
    name: str


class Found(BaseModel):
    """Any object."""

    model_config = ConfigDict(extra="allow")
