"""The demo studio on its opening day: locations, staff, tags, fields, sources, stages, forms, sequences."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app import clock
from app.apps import classpass, integrations, plan
from app.apps.integrations import INTEGRATIONS
from app.contacts import custom_fields, tags
from app.db import db
from app.demo import cast, make, shop
from app.intake.questions import Question
from app.leads import round_robin
from app.leads.models import LeadForm, LeadSource
from app.messaging import allowance
from app.messaging.models import SMS
from app.notices import setup
from app.notices.catalogue import NOTICES
from app.phone import number
from app.scoring.settings import KEY as SCORING
from app.scoring.settings import scoring
from app.sequences import drafts, goals, publishing
from app.staff import studio
from app.staff.models import Location, Staff
from app.studio import policy, waitlist

CONFIRMS_SINCE_DAYS = 14  # before that the booking system wrote to clients itself


def open_studio(today: datetime, days: int) -> None:
    """Set everything up as of the first morning of the story."""
    clock.set(today - timedelta(days=days))
    _describe()
    staff = _hire()
    _label()
    shop.put_on_offer()
    sources = _sources()
    _forms(sources)
    _intake_forms()
    round_robin.choose_members([staff["Léa Fontaine"], staff["Tom Wright"]])
    round_robin.switch(on=True)
    studio.put(SCORING, scoring().model_copy(update={"threshold": 6}))
    db.session.flush()
    _build_sequences(staff["Inès Garnier"])
    _set_rules(staff["Inès Garnier"])
    db.session.commit()


def confirm_bookings(by: Staff) -> None:
    """Let Encore write to clients about their bookings, with a word of the studio's own, and remind them by SMS too."""
    setup.answer_reported(on=True)
    setup.switch(NOTICES["class_reminder"], SMS, on=True)
    notice = NOTICES["class_confirmation"]
    said = setup.standing_of(notice.key).texts
    setup.write(
        notice,
        {
            language: text.model_copy(
                update={"body": text.body.replace(cast.GOODBYE[language], cast.OWN_WORDS[language])}
            )
            for language, text in said.items()
        },
        by=by,
    )


def _describe() -> None:
    studio.put(
        "studio",
        studio.Studio(
            name=cast.STUDIO,
            zone=cast.ZONE,
            currency="EUR",
            email="bonjour@maison-souffle.example",
            address="12 rue des Tables Claudiennes, 69001 Lyon",
        ),
    )
    main = db.session.scalars(select(Location).order_by(Location.id)).first()
    if main is not None:
        main.name = cast.LOCATIONS[0]
    for name in cast.LOCATIONS:
        make.location(name)


def _hire() -> dict[str, Staff]:
    locations = {name: make.location(name) for name in cast.LOCATIONS}
    return {
        name: make.staff(
            name,
            role_key=role,
            email=f"{address}@maison-souffle.example",
            locations=[locations[one] for one in at],
            language=language,
        )
        for name, address, role, at, language in cast.STAFF
    }


def _build_sequences(by: Staff) -> None:
    """Three that act, and one that is still a draft."""
    for name in ("first-class-to-member", "hot-today", "new-lead-follow-up"):
        made = drafts.create_sequence(make.demo_sequence(name), by=by)
        publishing.activate(made)
        goals.set_goal(made, cast.GOALS.get(name))
    drafts.create_sequence(make.demo_sequence("we-miss-you"), by=by)


def _set_rules(by: Staff) -> None:
    """The studio has the Studio plan and lets Classpass in; its rules for cancelling and waiting are its own."""
    plan.change(plan.STUDIO, by=by)
    integrations.switch(INTEGRATIONS["classpass"], on=True, by=by)
    classpass.consolidate()
    policy.change(late_hours=4, credit_hours=12)
    waitlist.change(waitlist.Mode.CONFIRM, minutes=30)
    number.forward(cast.LINE)
    allowance.choose(1000, by=by)


def _label() -> None:
    for name, label, colour in cast.TAGS:
        badge = tags.Badge(label, colour) if label and colour else None
        tags.create_tag(name, badge=badge, discount_percent=cast.DISCOUNTS.get(name))
    for name, kind, choices in cast.FIELDS:
        custom_fields.create_field(name, kind, choices=choices)


def _sources() -> dict[str, LeadSource]:
    known = list(db.session.scalars(select(LeadSource)))
    added = [LeadSource(name=name, icon=icon, position=len(known) + n) for n, (name, icon) in enumerate(cast.SOURCES)]
    db.session.add_all(added)
    db.session.flush()
    return {source.name: source for source in (*known, *added)}


def _intake_forms() -> None:
    asked = [Question(kind=kind, label=label, **more) for kind, label, more in cast.INTAKE_QUESTIONS]
    make.intake_form(cast.INTAKE_TITLE, *asked, services=cast.SERVICES[:2])
    make.intake_form("Photo and video", Question(kind="consent", label="You may show pictures I am in.", required=True))


def _forms(sources: dict[str, LeadSource]) -> None:
    db.session.add(
        LeadForm(
            slug="first-class",
            title="Your first class",
            intro="Tell us what brings you here. We answer the same day.",
            button="Book my first class",
            thanks="Thank you. We will write to you within the hour.",
            fields=[{"key": "phone", "required": False}, {"key": "goal", "required": False}],
            source_id=sources["Website form"].id,
            location_id=make.location(cast.LOCATIONS[0]).id,
            created_at=clock.now(),
        )
    )
