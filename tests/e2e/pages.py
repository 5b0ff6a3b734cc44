"""Every page and dialog there is, by address: what `make screenshots` pictures and the test beside it walks.

`{lead}` and the like stand for one of the living studio's own (`studios_own`). A route that is nothing to look at
stands in `NO_SIGHT` with the reason: whoever adds a route adds it to one or the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from werkzeug.datastructures import MultiDict

from app import clock, work
from app.contacts import consent
from app.contacts.models import Contact, CustomField, Tag
from app.contacts.people import Details
from app.db import db
from app.demo import campaign, cast, make, opening
from app.events import Actor, posting
from app.intake import submitting
from app.intake.models import IntakeForm
from app.leads.importing.models import LeadImport
from app.leads.models import Lead, LeadSource, LeadStage
from app.lifecycle.models import LifecycleStage
from app.messaging import groups, groups_audience, tokens
from app.messaging.models import EMAIL, Conversation, GroupMessage, Message
from app.notices.catalogue import NOTICES
from app.sequences import drafts, formats, graph, library, publishing, webhook_secrets
from app.sequences.models import RUNNING, Enrolment, Sequence, SequenceFolder
from app.staff import accounts
from app.staff.models import Location, Staff
from app.studio import checkout_tokens, referrals
from app.studio.checkout_models import RESERVED, Order
from app.studio.item_models import Item
from app.tasks.models import Task
from app.waiver import audience, signing, versions
from app.waiver.models import WaiverSignature
from tests.harness.pictures import SIZES

DESKTOP, PHONE = ("desktop",), ("phone",)


@dataclass(frozen=True)
class Sight:
    """Something to look at: a page, or what opens on one."""

    at: str
    opens: str = ""  # the address of the dialog, drawer or form that opens there, by whatever leads to it
    press: tuple[str, ...] = ()  # what is pressed in turn, as Playwright's selectors
    sizes: tuple[str, ...] = tuple(SIZES)  # the screens that show it


SIGHTS = {
    "dashboard": Sight("/dashboard"),
    "search": Sight("/search?q=Ma"),
    "notifications": Sight("/notifications"),
    "account": Sight("/account"),
    "jump": Sight("/dashboard", press=(".jump",), sizes=DESKTOP),
    "more": Sight("/dashboard", press=(".tabbar [data-opens=more]",), sizes=PHONE),
    # People
    "clients": Sight("/clients"),
    "clients-ticked": Sight("/clients", press=("tbody input[type=checkbox]",), sizes=DESKTOP),
    "contacts": Sight("/contacts"),
    "client-new": Sight("/clients", opens="/clients/new"),
    "client-drawer": Sight("/lifecycle", opens="/contacts/{client}/drawer"),
    "segment": Sight("/clients?segment=2"),
    "segments": Sight("/clients", opens="/segments/clients/all"),
    "segment-new": Sight("/clients?stage=customer", opens="/segments/clients/new"),
    "criteria": Sight("/clients?segment=2", opens="/segments/clients/criteria"),
    "contact": Sight("/contacts/{client}"),
    "contact-edit": Sight("/contacts/{client}", opens="/contacts/{client}/details"),
    "contact-erasure": Sight("/contacts/{client}", opens="/contacts/{client}/erasure"),
    "contact-consent": Sight("/contacts/{left}", opens="/contacts/{left}/consent/email_marketing"),
    "contact-score": Sight("/contacts/{client}/score"),
    "contact-due": Sight("/contacts/{awaiting}"),
    "contact-unsigned": Sight("/contacts/{unsigned}"),
    "intake-send": Sight("/contacts/{client}", opens="/contacts/{client}/intake"),
    "tags": Sight("/clients/tags"),
    "tag-new": Sight("/clients/tags", opens="/clients/tags/new"),
    "tag-edit": Sight("/clients/tags", opens="/clients/tags/{tag}"),
    "tag-deletion": Sight("/clients/tags", opens="/clients/tags/{tag}/deletion"),
    "custom-fields": Sight("/clients/custom-fields"),
    "custom-field-new": Sight("/clients/custom-fields", opens="/clients/custom-fields/new"),
    "custom-field-edit": Sight("/clients/custom-fields", opens="/clients/custom-fields/{field}"),
    "custom-field-deletion": Sight("/clients/custom-fields", opens="/clients/custom-fields/{field}/deletion"),
    "intake-forms": Sight("/clients/intake-forms"),
    "intake-form": Sight("/clients/intake-forms/{intake_form}"),
    "intake-form-new": Sight("/clients/intake-forms/new"),
    "activity": Sight("/activity"),
    # Leads and lifecycle
    "leads-table": Sight("/leads?view=table"),
    "leads-ticked": Sight("/leads?view=table", press=("tbody input[type=checkbox]",), sizes=DESKTOP),
    "leads-board": Sight("/leads?view=board"),
    "lead-new": Sight("/leads?view=table", opens="/leads/new"),
    "lead-filters": Sight("/leads?view=table", opens="/leads/filters"),
    "lead": Sight("/leads/{lead}"),
    "lead-edit": Sight("/leads/{lead}", opens="/leads/{lead}/details"),
    "lead-stage": Sight("/leads?view=board", opens="/leads/{lead}/stage"),
    "lead-status": Sight("/leads?view=board", opens="/leads/{lead}/status"),
    "lead-assignee": Sight("/leads?view=board", opens="/leads/{lead}/assignee"),
    "collect-leads": Sight("/leads/collect"),
    "imports": Sight("/leads/imports"),
    "import": Sight("/leads/imports/{import}"),
    "import-undoing": Sight("/leads/imports/{import}", opens="/leads/imports/{import}/undoing"),
    "lead-settings": Sight("/leads/settings"),
    "lead-stage-new": Sight("/leads/settings", opens="/leads/settings/stages/new"),
    "lead-stage-edit": Sight("/leads/settings", opens="/leads/settings/stages/{lead_stage}"),
    "lead-stage-removal": Sight("/leads/settings", opens="/leads/settings/stages/{lead_stage}/removal"),
    "lead-source-new": Sight("/leads/settings", opens="/leads/settings/sources/new"),
    "lead-source-edit": Sight("/leads/settings", opens="/leads/settings/sources/{lead_source}"),
    "lead-source-removal": Sight("/leads/settings", opens="/leads/settings/sources/{lead_source}/removal"),
    "lead-forms": Sight("/website/lead-forms"),
    "lead-form-design": Sight("/website/lead-forms/1"),
    "lead-form-new": Sight("/website/lead-forms/new"),
    "lifecycle": Sight("/lifecycle"),
    "lifecycle-move": Sight("/lifecycle", opens="/lifecycle/cards/{client}"),
    "lifecycle-settings": Sight("/settings/lifecycle"),
    "lifecycle-stage-new": Sight("/settings/lifecycle", opens="/settings/lifecycle/stages/new"),
    "lifecycle-stage-edit": Sight("/settings/lifecycle", opens="/settings/lifecycle/stages/{stage}"),
    "lifecycle-stage-deletion": Sight("/settings/lifecycle", opens="/settings/lifecycle/stages/{stage}/deletion"),
    "lifecycle-default": Sight("/settings/lifecycle", opens="/settings/lifecycle/default"),
    # Talking
    "inbox": Sight("/inbox/{conversation}"),
    "inbox-list": Sight("/inbox"),
    "group-messages": Sight("/group-messages"),
    "group-message": Sight("/group-messages/{group_sent}"),
    "group-draft": Sight("/group-messages/{group_draft}"),
    "group-review": Sight("/group-messages/{group_draft}", press=("main >> text=Review and send",)),
    "messages": Sight("/settings/messages"),
    "message": Sight("/settings/messages", opens="/settings/messages/{message}"),
    "email-templates": Sight("/studio/email-templates"),
    "email-template": Sight("/studio/email-templates/{notice}"),
    # Tasks
    "tasks": Sight("/tasks"),
    "task": Sight("/tasks", opens="/tasks/{task}"),
    "task-new": Sight("/tasks", opens="/tasks/new"),
    # Sequences
    "sequences": Sight("/sequences"),
    "sequences-folder": Sight("/sequences?folder={folder}"),
    "folder-new": Sight("/sequences", opens="/sequences/folders/new"),
    "folder-name": Sight("/sequences?folder={folder}", opens="/sequences/folders/{folder}/name"),
    "folder-activation": Sight("/sequences?folder={folder}", opens="/sequences/folders/{folder}/activation"),
    "sending-hours": Sight("/sequences", opens="/sequences/hours"),
    "how-often": Sight("/sequences", opens="/sequences/pressure"),
    "safety": Sight("/sequences", opens="/sequences/safety"),
    "sequence-import": Sight("/sequences", opens="/sequences/import"),
    "sequence-folder": Sight("/sequences", opens="/sequences/{sequence}/folder"),
    "sequence-deletion": Sight("/sequences", opens="/sequences/{sequence}/deletion"),
    "sequence-new": Sight("/sequences/new"),
    "library": Sight("/sequences/templates"),
    "library-folder": Sight("/sequences/templates", opens="/sequences/templates/{template}"),
    "builder": Sight("/sequences/{sequence}"),
    "builder-step": Sight("/sequences/{sequence}?step={mail}"),
    "builder-trigger": Sight("/sequences/{sequence}?step=trigger"),
    "builder-exit": Sight("/sequences/{sequence}", press=("#exits a[href*='exits/']",), sizes=DESKTOP),
    "builder-webhook": Sight("/sequences/{designed}?step=tell"),
    "builder-removal": Sight("/sequences/{designed}?step=which", opens="/sequences/{designed}/steps/which/deletion"),
    "builder-places": Sight("/sequences/{designed}?step=hello", opens="/sequences/{designed}/steps/hello/place"),
    "builder-add": Sight("/sequences/{designed}", press=(".plus",), sizes=DESKTOP),
    "builder-find": Sight("/sequences/{designed}", press=("step-finder input",)),
    "builder-outline": Sight("/sequences/{sequence}", press=("[data-canvas=outline]",)),
    "message-editor": Sight("/sequences/{sequence}/steps/{mail}/message"),
    "block-editor": Sight("/sequences/{designed}/steps/blocks/message"),
    "sequence-settings": Sight("/sequences/{sequence}", opens="/sequences/{sequence}/settings"),
    "sequence-pause": Sight("/sequences/{sequence}", opens="/sequences/{sequence}/pause"),
    "sequence-resumption": Sight("/sequences/{paused}", opens="/sequences/{paused}/resumption"),
    "publication": Sight("/sequences/{designed}", opens="/sequences/{designed}/publication"),
    "rehearsal": Sight("/sequences/{sequence}/test?contact={client}"),
    "rehearsal-people": Sight("/sequences/{sequence}", opens="/sequences/{sequence}/test"),
    "backtest": Sight("/sequences/{sequence}", opens="/sequences/{sequence}/backtest"),
    "history": Sight("/sequences/{sequence}/history"),
    "comparison": Sight("/sequences/{designed}/history/comparison"),
    "results": Sight("/sequences/{sequence}/results"),
    "results-people": Sight("/sequences/{sequence}/results/people?of=entered"),
    "goal": Sight("/sequences/{sequence}/results", opens="/sequences/{sequence}/goal"),
    "sequence-people": Sight("/sequences/{sequence}/people"),
    "enrolment": Sight("/sequences/{sequence}/people", opens="/sequences/{sequence}/people/{enrolment}"),
    "enrolment-stop": Sight("/sequences/{sequence}/people", opens="/sequences/{sequence}/people/{enrolment}/stop"),
    "enrol-by-hand": Sight("/sequences", opens="/sequences/{sequence}/enrolment"),
    # Selling
    "memberships": Sight("/memberships"),
    "membership": Sight("/memberships/{item}"),
    "membership-new": Sight("/memberships", opens="/memberships/new/pack"),
    "membership-edit": Sight("/memberships/{item}", opens="/memberships/{item}/edit"),
    "orders": Sight("/memberships/orders"),
    "payment": Sight("/memberships/orders", opens="/memberships/orders/{order}/payment"),
    "order-cancellation": Sight("/memberships/orders", opens="/memberships/orders/{order}/cancellation"),
    # Settings
    "settings": Sight("/settings"),
    "general": Sight("/settings/general"),
    "locations": Sight("/settings/locations"),
    "location-new": Sight("/settings/locations", opens="/settings/locations/new"),
    "location-edit": Sight("/settings/locations", opens="/settings/locations/{location}"),
    "lead-notifications": Sight("/settings/notifications"),
    "roles": Sight("/settings/roles"),
    "staff": Sight("/settings/staff"),
    "staff-new": Sight("/settings/staff", opens="/settings/staff/new"),
    "staff-edit": Sight("/settings/staff", opens="/settings/staff/{staff}"),
    "api": Sight("/settings/api"),
    "token-new": Sight("/settings/api", opens="/settings/api/new"),
    "webhook-secrets": Sight("/settings/webhook-secrets"),
    "webhook-secret-new": Sight("/settings/webhook-secrets", opens="/settings/webhook-secrets/new"),
    "webhook-secret-edit": Sight("/settings/webhook-secrets", opens="/settings/webhook-secrets/{secret}"),
    "scoring": Sight("/settings/scoring"),
    "plan": Sight("/settings/plan"),
    "phone-number": Sight("/settings/phone"),
    "cancellation-policy": Sight("/settings/cancellation-policy"),
    "waitlist": Sight("/settings/waitlist"),
    "waiver": Sight("/settings/general/waiver"),
    "waiver-request": Sight("/settings/general/waiver/request"),
    "waiver-version": Sight("/settings/general/waiver/versions/1"),
    "waiver-waiting": Sight("/settings/general/waiver/waiting"),
    "app-store": Sight("/apps"),
    "integrations": Sight("/apps/integrations"),
    "classpass": Sight("/apps/integrations/classpass"),
    # What clients see
    "lead-form": Sight("/f/first-class"),
    "lead-form-thanks": Sight("/f/first-class/thanks"),
    "intake": Sight("/intake/before-your-first-session"),
    "intake-personal": Sight("/intake/before-your-first-session/{intake_token}"),
    "intake-thanks": Sight("/intake/before-your-first-session/thanks"),
    "checkout": Sight("/buy/10-class-pass"),
    "checkout-done": Sight("/buy/{sold}/done/{ticket}"),
    "waiver-signing": Sight("/waiver/{waiver_token}"),
    "waiver-signed": Sight("/waiver/{signed_token}"),
    "invited": Sight("/invited/{referral_token}"),
    "invited-thanks": Sight("/invited/thanks"),
    "unsubscribe": Sight("/u/{unsubscribe_token}"),
    "unsubscribed": Sight("/u/{unsubscribed_token}"),
    "invitation": Sight("/invitation/{invitation_token}"),
}

# What a studio sees of them on its first day, with nobody and nothing there.
EMPTY = (
    "dashboard",
    "clients",
    "contacts",
    "leads-table",
    "leads-board",
    "lifecycle",
    "inbox-list",
    "tasks",
    "activity",
    "notifications",
    "group-messages",
    "messages",
    "tags",
    "custom-fields",
    "intake-forms",
    "imports",
    "lead-forms",
    "sequences",
    "memberships",
    "orders",
    "waiver",
    "staff",
    "api",
)

# Routes that are nothing to look at by themselves, and why.
NO_SIGHT = {
    "/": "leads on to the dashboard",
    "/campaigns/sequences": "leads on to the sequences",
    "/c/<token>": "leads on to where the link goes",
    "/o/<token>.gif": "an image in a mail",
    "/live": "a stream",
    "/healthz": "for the watch on the server",
    "/readyz": "for the watch on the server",
    "/metrics": "for the watch on the server",
    "/calls/<int:event_id>/voicemail": "a sound",
    "/leads/imports/<int:import_id>/receipt.csv": "a file",
    "/sequences/<int:sequence_id>/document": "a file",
    "/sequences/<int:sequence_id>/results.csv": "a file",
    "/memberships/<int:item_id>/qr.svg": "an image in the page of the item",
    "/website/lead-forms/<int:form_id>/qr.svg": "an image in the page of the form",
    "/group-messages/<int:group_id>/mail": "the mail itself, in a frame of the draft",
    "/settings/messages/<int:message_id>/content": "the mail itself, in a frame of its page",
    "/sequences/<int:sequence_id>/steps/<step_id>/message/preview": "the mail itself, in a frame of the editor",
    "/menu/counts": "part of the menu",
    "/notifications/count": "part of the menu",
    "/dashboard/next": "part of the dashboard",
    "/dashboard/lifecycle": "part of the dashboard",
    "/contacts/<int:contact_id>/heat": "part of the profile",
    "/contacts/<int:contact_id>/tasks": "part of the profile",
    "/contacts/<int:contact_id>/timeline": "part of the profile",
    "/inbox/list": "part of the inbox",
    "/inbox/<int:contact_id>/messages": "part of the inbox",
    "/leads/cards/<int:stage_id>": "part of the board",
    "/leads/news": "part of the board and the table",
    "/leads/rows": "part of the table",
    "/leads/imports/<int:import_id>/progress": "part of the import",
    "/leads/imports/<int:import_id>/rows": "part of the import",
    "/lifecycle/lanes/<key>": "part of the lifecycle board",
    "/group-messages/<int:group_id>/progress": "part of the group message",
    "/settings/scoring/preview": "part of the scoring page",
    "/tasks/people": "part of the new task",
    "/sequences/<int:sequence_id>/backtest/figures": "part of the backtest",
    "/contacts/<int:contact_id>/due/notice": "part of the inbox",
    "/sequences/<int:sequence_id>/checks": "part of the builder",
    "/sequences/<int:sequence_id>/test/people": "part of the test with a client",
    "/sequences/<int:sequence_id>/test/run": "part of the test with a client",
    "/sequences/<int:sequence_id>/clipboard": "part of the builder",
    "/sequences/<int:sequence_id>/counts": "part of the builder",
    "/sequences/<int:sequence_id>/exits/<int:number>": "part of the builder: builder-exit",
    "/sequences/<int:sequence_id>/outline": "part of the builder: builder-outline",
    "/sequences/<int:sequence_id>/steps/<step_id>": "part of the builder: builder-step",
    "/sequences/<int:sequence_id>/trigger": "part of the builder: builder-trigger",
    "/sequences/new/exit": "part of the new sequence",
    "/sequences/new/filters": "part of the new sequence",
    "/sign-in": "shown to nobody who is signed in; tests/frame looks at it",
}

CALL = {"id": "call", "do": "task", "title": "Call {{first_name}}", "assign": {"role": "Front desk"}}

# A sequence with what the demo studio's have not: a webhook, a message of blocks, a condition.
DESIGNED: list[dict[str, Any]] = [
    {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}, thank you for your message."},
    {
        "id": "blocks",
        "do": "email",
        "wait": {"days": 1},
        "subject": "Your first class, ##{{first_name}}",
        "blocks": [
            {"block": "heading", "text": "Come and see us, ##{{first_name}}"},
            {"block": "text", "html": "<p>Your mat is ready. Choose any class this week.</p>"},
            {"block": "button", "label": "Choose a class", "href": "https://maison-souffle.example/timetable"},
            {"block": "footer", "text": "Maison Souffle, Lyon", "links": []},
        ],
    },
    {"id": "tell", "do": "webhook", "url": "https://hooks.maison-souffle.example/encore"},
    {
        "id": "which",
        "if": {"rules": [{"rule": "tag.has", "value": "Prenatal"}]},
        "then": [{"id": "soft", "do": "email", "subject": "Gentle classes", "html": "<p>For two.</p>"}],
        "else": [CALL],
    },
]


def open_a_small_studio() -> None:
    """The demo studio's rooms, with hardly anybody in them: one of each thing, for whoever only walks through."""
    opening.open_studio(clock.now(), 0)
    clock.set(None)
    owner = _owner()
    ana, ben, eve = (make.client(name) for name in ("Ana Duarte", "Ben Picard", "Eve Renaud"))
    make.waiver(by=owner)
    make.signature(ben)
    campaign.keep_segments(owner)
    tomorrow = clock.now() + timedelta(days=1)
    booked = {"class_name": "Morning Flow", "starts_at": tomorrow.isoformat(), "booking_id": "1"}
    posting.post("class.booked", ana, booked, posting.How(by=make.SYSTEM, at=clock.now()))
    make.incoming_sms(ana, "Is the Thursday 18:30 still open?")
    consent.withdraw(eve, ["email_marketing"], by=Actor.client(), via="footer")
    make.lead(make.contact("Hugo Lefèvre"))
    make.lead_import([("Noé", "Faure", "noe.faure@mail.example")], by=owner)
    make.task("Call Ana back", assignee=owner, contact=ana)
    make.order(db.session.get_one(Item, _first(select(Item.id))), Details("Ana", "Duarte", ana.email))
    for text in ("The doors open at nine", "The Sunday class moves"):
        people, whose = groups_audience.selected("clients", MultiDict(), None, seen_by=owner)
        group = groups.begin(people, whose, by=owner)
        groups.write(group, EMAIL, text, "Hello ##{{first_name}}")
    groups.send(db.session.get_one(GroupMessage, _first(select(GroupMessage.id))))
    db.session.commit()
    work.settle()


# Of these, whichever was there first.
ANY_OF = {
    "tag": Tag.id,
    "field": CustomField.id,
    "intake_form": IntakeForm.id,
    "import": LeadImport.id,
    "lead_stage": LeadStage.id,
    "stage": LifecycleStage.id,
    "message": Message.id,
    "task": Task.id,
    "folder": SequenceFolder.id,
    "item": Item.id,
    "location": Location.id,
    "staff": Staff.id,
}


def studios_own() -> dict[str, str]:
    """One of each thing of a living studio, by the name that the addresses give it."""
    return {name: str(found) for name, found in (_things() | _sequences() | _links()).items()}


def address(said: str, own: dict[str, str]) -> str:
    """An address with the studio's own things in it."""
    return said.format_map(own)


def pattern(said: str, own: dict[str, str]) -> str:
    """What an address of that kind looks like, whichever of the studio's things it is about."""
    return "^" + re.sub(r"\{(\w+)\}", lambda name: r"\d+" if own[name[1]].isdigit() else "[^/]+", said) + "$"


def _things() -> dict[str, object]:
    waiting = Conversation.waiting_since.desc().nulls_last()
    client = _first(select(Conversation.contact_id).order_by(waiting, Conversation.contact_id))
    any_of: dict[str, object] = {name: _first(select(column).order_by(column)) for name, column in ANY_OF.items()}
    return any_of | {
        "client": client,
        "conversation": client,
        "left": _first(select(Contact.id).where(Contact.email_marketing.is_(False), Contact.email.is_not(None))),
        "awaiting": _first(select(Enrolment.contact_id).where(Enrolment.status == RUNNING).order_by(Enrolment.due_at)),
        "unsigned": audience.beyond(versions.the_current(), 0, limit=1)[0],
        "lead": _first(select(Lead.id).order_by(Lead.id.desc())),
        "lead_source": _first(select(LeadSource.id).where(LeadSource.key.is_(None))),
        "group_sent": _first(select(GroupMessage.id).where(GroupMessage.state == groups.DONE)),
        "group_draft": _first(select(GroupMessage.id).where(GroupMessage.state == groups.DRAFT)),
        "notice": next(iter(NOTICES)),
        "order": _first(select(Order.id).where(Order.state == RESERVED)),
    }


def _sequences() -> dict[str, object]:
    """The one with most people inside, one that is paused, and one as no other of the demo studio's is."""
    inside = select(Enrolment.sequence_id).where(Enrolment.status == RUNNING).group_by(Enrolment.sequence_id)
    busiest = db.session.get_one(Sequence, _first(inside.order_by(func.count().desc())))
    steps = [place.step for place in graph.walk(drafts.draft_of(busiest))]
    paused = make.sequence(CALL, title="Open day")
    publishing.pause(paused)
    return {
        "sequence": busiest.id,
        "mail": next(one.id for one in steps if isinstance(one, graph.ActionStep) and one.do == "email"),
        "enrolment": _first(
            select(Enrolment.id).where(Enrolment.sequence_id == busiest.id, Enrolment.status == RUNNING)
        ),
        "paused": paused.id,
        "secret": webhook_secrets.keep("Till", "not-a-real-secret-of-any-till-00", by=_owner()).id,
        "designed": _designed().id,
        "template": library.templates("en")[0].key,
    }


def _designed() -> Sequence:
    """It has an earlier version, to be compared with."""
    made = make.sequence(*DESIGNED[:2], title="First words", active=False)
    later = formats.dump(drafts.draft_of(made)) | {"steps": DESIGNED}
    drafts.save_draft(made, formats.parse(later), summary="The till is told")
    return made


def _links() -> dict[str, object]:
    """The ends of the links that only one person has."""
    waiver, somebody = versions.the_current(), _first(select(Contact.id))
    signed = select(WaiverSignature.contact_id).where(WaiverSignature.version_id == waiver.id)
    order = db.session.get_one(Order, _first(select(Order.id)))
    form = db.session.scalars(select(IntakeForm).where(IntakeForm.slug == "before-your-first-session")).one()
    left = _first(select(Contact.id).where(Contact.email_marketing.is_(False), Contact.email.is_not(None)))
    links = {
        "waiver_token": signing.link_for(waiver, audience.beyond(waiver, 0, limit=1)[0]),
        "signed_token": signing.link_for(waiver, _first(signed)),
        "intake_token": submitting.link_for(form, somebody),
        "referral_token": referrals.link_of(somebody),
        "invitation_token": accounts.invitation_link(db.session.scalars(select(Staff)).all()[-1]),
    }
    ends: dict[str, object] = {name: link.rpartition("/")[2] for name, link in links.items()}
    return ends | {
        "ticket": checkout_tokens.ticket_of(order),
        "sold": order.item.slug,
        "unsubscribe_token": tokens.seal("unsubscribe", somebody, 1, 0),
        "unsubscribed_token": tokens.seal("unsubscribe", left, 1, 0),
    }


def _owner() -> Staff:
    return db.session.scalars(select(Staff).where(Staff.email == cast.OWNER_EMAIL)).one()


def _first(wanted: Select[int]) -> int:
    found = db.session.scalar(wanted.limit(1))
    assert found is not None, f"the demo studio has none of {wanted}"
    return found
