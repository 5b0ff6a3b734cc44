"""Valid, lifelike things, made through the product's own verbs so that the log is true.

Tests and the demo's seeds use the same ones; name only what matters, the rest is filled in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from app import clock, events
from app.contacts import people, tags
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.events.models import QueuedEvent
from app.intake import forms as intake_forms
from app.intake import questions as intake_questions
from app.intake import submitting
from app.intake.models import IntakeForm, IntakeSubmission
from app.intake.questions import Question
from app.leads import capture, lead_forms, queries
from app.leads.importing import handing_in
from app.leads.importing.models import LeadImport
from app.leads.models import Lead, LeadForm, LeadSource
from app.messaging import inbound, tracking
from app.messaging.models import Message, TrackedLink
from app.phone import calls
from app.scoring import ledger
from app.scoring.settings import KEY as SCORING
from app.scoring.settings import scoring
from app.sequences import drafts, publishing
from app.sequences.models import Sequence
from app.staff import passwords, studio
from app.staff.models import Location, Role, Staff
from app.studio import checkout_tokens, checkouts, items
from app.studio.checkout_models import Checkout, Order
from app.studio.item_models import Item
from app.tasks import desk
from app.tasks.models import Task
from app.waiver import signing as waiver_signing
from app.waiver import versions as waiver_versions
from app.waiver.models import WaiverVersion

_numbers = itertools.count(1)

SEQUENCES = Path(__file__).parent / "sequences"
PASSWORD = "encore-demo"  # noqa: S105 - for tests and the demo

SYSTEM = events.Actor.system()


def location(name: str | None = None) -> Location:
    """A location of the studio; the one of this name where it exists."""
    wanted = name or f"Studio {next(_numbers)}"
    found = db.session.scalar(select(Location).where(Location.name == wanted))
    if found is None:
        found = Location(name=wanted)
        db.session.add(found)
        db.session.flush()
    return found


def role(key: str) -> Role:
    """A built-in role, by its key: owner, admin, manager, front_desk, agent, teacher."""
    return db.session.scalars(select(Role).where(Role.key == key)).one()


def staff(name: str | None = None, role_key: str = "front_desk", **more: Any) -> Staff:
    """A member of the staff who can sign in with PASSWORD."""
    number = next(_numbers)
    full_name = name or f"Léa Fontaine {number}"
    fields = {
        "email": f"{full_name.split(' ')[0].lower()}.{number}@maison-souffle.example",
        "created_at": clock.now(),
    } | more
    member = Staff(name=full_name, role=role(role_key), **fields)
    passwords.set_password(member, PASSWORD)
    db.session.add(member)
    db.session.flush()
    return member


def contact(name: str | None = None, **more: Any) -> Contact:
    """A contact with an e-mail address and a French mobile number, unless told otherwise (None leaves one out)."""
    number = next(_numbers)
    first, _, last = (name or f"Camille Moreau {number}").partition(" ")
    details = {
        "first_name": first,
        "last_name": last,
        "email": f"client{number}@mail.example",
        "phone": f"+336{number:08d}",
    } | more
    tagged = details.pop("tags", ())
    made = people.create_contact(Details(**details), by=SYSTEM, via="dashboard")
    if tagged:
        tags.add_tags([made.id], tags.find_or_create_tags(tagged), by=SYSTEM)
    return made


def client(name: str | None = None, **more: Any) -> Contact:
    """A contact who is on the client list."""
    made = contact(name, **more)
    people.make_client(made, by=SYSTEM, via="dashboard")
    db.session.flush()
    return made


def source(name: str | None = None) -> LeadSource:
    """A source of leads; the one of this name where it exists."""
    wanted = name or f"Page {next(_numbers)}"
    found = queries.source_named(wanted)
    if found is None:
        found = LeadSource(name=wanted, position=next(_numbers))
        db.session.add(found)
        db.session.flush()
    return found


def lead(of: Contact | None = None, *, from_source: str = "Website form", **more: Any) -> Lead:
    """An open lead, of a new contact unless told whose; `more` is what `capture_lead` takes."""
    return capture.capture_lead(of or contact(), source(from_source), by=SYSTEM, **more)


def lead_import(
    people: Iterable[tuple[str, str, str]], *, by: Staff, from_source: str = "Open day", file: str = "open-day.csv"
) -> LeadImport:
    """A file of first names, last names and addresses, handed in and confirmed; the workers do the rest."""
    data = "\n".join(["Prénom;Nom;E-mail;Remarque", *(";".join([*one, ""]) for one in people)])
    made = handing_in.hand_in(file, data.encode(), source(from_source), by=by)
    handing_in.start(made)
    return made


def lead_form(
    title: str | None = None, *, from_source: str = "Website form", fields: list[dict[str, Any]] | None = None
) -> LeadForm:
    """A form for visitors, at `/f/` and its slug; it also asks for last name and phone unless told otherwise."""
    asked = [{"key": "last_name"}, {"key": "phone"}] if fields is None else fields
    return lead_forms.create_form(
        lead_forms.Design(title=title or f"Your first class {next(_numbers)}", source=source(from_source), fields=asked)
    )


def intake_form(title: str | None = None, *asked: Question, services: tuple[str, ...] = ()) -> IntakeForm:
    """A form for clients; it asks for their goal unless told what else."""
    questions = asked or (Question(kind="long", label="What would you like to achieve?", required=True),)
    return intake_forms.create_form(
        intake_forms.Design(
            title=title or f"Before your first session {next(_numbers)}", questions=questions, services=services
        )
    )


def intake_answers(to: IntakeForm, of: Contact, said: list[str]) -> IntakeSubmission | None:
    """What somebody answers to the questions of a form, by their own link."""
    asked = intake_questions.stored(to.questions)
    answers = [
        {"question": one.label, "kind": one.kind, "answer": answer} for one, answer in zip(asked, said, strict=True)
    ]
    custom = {one.field: answer for one, answer in zip(asked, said, strict=True) if one.field and answer}
    token = f"page {next(_numbers)}"
    return submitting.submit(to, of, answers, custom=custom, is_certain=True, token=token)


def waiver(text: str = "I come at my own risk.", *, title: str = "Health and liability", by: Staff) -> WaiverVersion:
    """The waiver says this from now on."""
    before = waiver_versions.current()
    made = waiver_versions.save(title, text, after=before.number if before else 0, by=by)
    return made or waiver_versions.the_current()


def signature(of: Contact) -> None:
    """Somebody signs the waiver as it is now, by their own name."""
    waiver_signing.sign(waiver_versions.the_current(), of, of.name)


def task(
    title: str = "Call back",
    *,
    assignee: Staff | None = None,
    role: Role | None = None,
    location: Location | None = None,
    contact: Contact | None = None,
    due_days: float | None = None,
    **more: Any,
) -> Task:
    """An open task, for the front desk unless told for whom; `due_days` from now."""
    if assignee is None and location is None:
        role = role or db.session.scalars(select(Role).where(Role.key == "front_desk")).one()
    wanted = desk.NewTask(
        title,
        assignee_id=assignee.id if assignee else None,
        role_id=role.id if role else None,
        location_id=location.id if location else None,
        contact_id=contact.id if contact else None,
        due_at=None if due_days is None else clock.now() + timedelta(days=due_days),
        **more,
    )
    return db.session.get_one(Task, desk.create_tasks([wanted])[0])


def points(of: Contact, number: int) -> None:
    """Give somebody points: the ledger says for a demo that was booked."""
    worth = scoring()
    studio.put(SCORING, worth.model_copy(update={"demo_booked": number}))
    event_id = events.record("demo.booked", of, name="Visit")
    ledger.count_points(list(db.session.scalars(select(events.Event).where(events.Event.id == event_id))))
    db.session.execute(delete(QueuedEvent).where(QueuedEvent.consumer == "scoring", QueuedEvent.event_id == event_id))
    studio.put(SCORING, worth)


def hot_contact(name: str | None = None, score: int = 30, **more: Any) -> Contact:
    """A contact with so many points; hot where the threshold is not above them."""
    made = contact(name, **more)
    points(made, score)
    return made


def sequence(*steps: dict[str, Any], trigger: str = "lead.created", active: bool = True, **more: Any) -> Sequence:
    """A sequence of these steps, acting unless told not to; without steps, the follow-up of new leads.

    `more` is what else stands in a document: title, filters, exits, folder …
    """
    if steps:
        filters = more.pop("filters", {})
        about = {"title": "Follow-up", "trigger": {"kind": trigger, "filters": filters}, "steps": [*steps]}
        made = drafts.create_sequence(about | more)
    else:
        made = drafts.create_sequence(demo_sequence("new-lead-follow-up"))
    if active:
        publishing.activate(made)
    return made


def demo_sequence(name: str) -> str:
    """One of the demo studio's own sequences, as a document in YAML."""
    return (SEQUENCES / f"{name}.yaml").read_text(encoding="utf-8")


PHONE_BROWSER = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148 Safari/604.1"}


def incoming_sms(of: Contact, text: str) -> Message | None:
    """An SMS that a contact sends to the studio."""
    number = next(_numbers)
    return inbound.receive_sms(inbound.IncomingSms(f"SMdemo{number:028d}", of.phone or "", "+33400000000", text))


def call(of: Contact, *, answered_seconds: int = 0) -> None:
    """A contact calls the studio: somebody talks with them so long, or nobody answers."""
    rung = calls.Call(f"CAdemo{next(_numbers):028d}", of.phone or "", answered_seconds)
    if answered_seconds:
        calls.note_answered(rung)
    else:
        calls.note_missed(rung)


def opening(of: Message) -> None:
    """The person a message went to opens it, on a phone."""
    tracking.note_open(of.id, method="GET", headers=PHONE_BROWSER)


def click(of: Message) -> None:
    """The person a message went to follows its first link."""
    link = db.session.scalars(select(TrackedLink).order_by(TrackedLink.id).limit(1)).first()
    if link is not None:
        tracking.follow(of.id, link.id, method="GET", headers=PHONE_BROWSER)


def item(name: str | None = None, kind: str = "pack", price_cents: int = 14000, **more: Any) -> Item:
    """Something on offer, a pack of ten classes unless told otherwise; `more` is what else an item's design has."""
    if kind == "pack":
        more = {"credits": 10, "validity_days": 180} | more
    if kind == "intro":
        more = {"validity_days": 14} | more
    return items.create_item(items.Design(kind, name or f"10-class pass {next(_numbers)}", price_cents, **more))


def checkout(of: Item, who: Details, *, browser: str | None = None) -> Checkout:
    """A checkout somebody has begun to fill in and not sent."""
    visit = checkouts.Visit(of, checkout_tokens.digest(browser or f"browser {next(_numbers)}"), clock.now())
    typed = checkouts.Typed(who.first_name, who.last_name, who.email or "", who.phone or "", who.language)
    return checkouts.save_draft(visit, typed)


def order(of: Item, who: Details) -> Order:
    """What somebody has bought on its checkout, to be paid at the studio."""
    number = next(_numbers)
    visit = checkouts.Visit(of, checkout_tokens.digest(f"browser {number}"), clock.now())
    typed = checkouts.Typed(who.first_name, who.last_name, who.email or "", who.phone or "", who.language)
    return checkouts.complete(visit, typed, payment="studio", token=f"page {number}")
