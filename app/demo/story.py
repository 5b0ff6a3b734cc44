"""What happened at the demo studio, day by day: one long, repeatable story."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app import clock, events, scans, work
from app.apps import integrations
from app.apps.integrations import INTEGRATIONS
from app.contacts import people, tags
from app.contacts.models import Contact, Tag
from app.contacts.people import Details
from app.db import db
from app.demo import campaign, cast, make, opening, papers
from app.demo.shop import Shop
from app.events import posting
from app.intake.models import IntakeForm
from app.leads import board as leads_board
from app.leads import capture
from app.leads.models import CONTACTED, NOT_CONVERTED, OPEN_STATUSES, Lead, LeadForm, LeadSource, LeadStage
from app.lifecycle import board as lifecycle_board
from app.lifecycle.models import LifecycleStage
from app.messaging import conversations, outgoing, receipts
from app.messaging.models import EMAIL, OUT, SENT, SMS, TRANSACTIONAL, Message
from app.notifications import bell
from app.staff.models import Location, Notification, Staff
from app.studio.models import Booking
from app.tasks import desk
from app.tasks.models import Task

ZONE = ZoneInfo(cast.ZONE)
SEED = 20

FRESH_DAYS = 2  # some of what was asked lately waits for an answer

UNSUBSCRIBED_DAYS_AGO, INVITED_DAYS_AGO = 20, 6

OPEN_DAY_DAYS_AGO = 4

REGULARS = 140  # clients from before the story begins
WEIGHTS = {"Website form": 6, "Instagram ads": 5, "Referral": 3, "Open day": 1, "Pricing page": 2, "Dashboard": 1}


class Story:
    """Tells the story: a few leads a day, classes, purchases, questions and answers, tasks done and left over."""

    def __init__(self, today: datetime, days: int) -> None:
        self.today = today
        self.days = days
        self.chance = random.Random(SEED)  # noqa: S311 - a story needs no secrets
        self.staff = {one.name: one for one in db.session.scalars(select(Staff))}
        self.desk = [self.staff["Léa Fontaine"], self.staff["Tom Wright"]]
        self.sources = {one.name: one for one in db.session.scalars(select(LeadSource))}
        self.stages = {one.key: one for one in db.session.scalars(select(LeadStage))}
        self.lifecycle = {one.key: one for one in db.session.scalars(select(LifecycleStage))}
        self.locations = list(db.session.scalars(select(Location).order_by(Location.id)))
        self.tags = {one.name: one for one in db.session.scalars(select(Tag))}
        self.form = db.session.scalars(select(LeadForm).order_by(LeadForm.id).limit(1)).one()
        self.clients: list[Contact] = []
        self.shop = Shop()
        self.intake = db.session.scalars(select(IntakeForm).order_by(IntakeForm.id).limit(1)).one()
        self.names = self._names()

    def tell(self) -> None:
        """Play every day up to now."""
        self._regulars()
        campaign.keep_segments(self.staff["Inès Garnier"])
        papers.hand_out(self.clients, by=self.staff["Inès Garnier"])
        for ago in range(self.days, -1, -1):
            if ago == min(self.days, opening.CONFIRMS_SINCE_DAYS):
                opening.confirm_bookings(self.staff["Priya Nair"])
            day = (self.today - timedelta(days=ago)).astimezone(ZONE).date()
            if ago == UNSUBSCRIBED_DAYS_AGO:
                campaign.lose_some(self.clients)
            if ago == INVITED_DAYS_AGO:
                campaign.invite_back(self.staff["Inès Garnier"])
            if ago == papers.CHANGED_DAYS_AGO:
                papers.change(by=self.staff["Inès Garnier"])
            if ago == papers.SIGNED_DAYS_AGO:
                papers.sign_anew()
            self._morning(day)
            self._noon(day, ago)
            self._evening(day, ago)
        self._loose_ends()

    # ------------------------------------------------------------ parts of a day

    def _morning(self, day: date) -> None:
        if self._at(day, 8, 30):
            self._attend(day)
            self._do_tasks()
            self.shop.take_money(self.desk)
            self._look_at_the_bell()

    def _look_at_the_bell(self) -> None:
        newest = db.session.scalar(select(func.max(Notification.id))) or 0
        for one in self.staff.values():
            bell.mark_seen(one, newest)

    def _noon(self, day: date, ago: int) -> None:
        for _ in range(self.chance.choice((1, 1, 2, 2, 2, 3, 4))):
            if self._at(day, self.chance.randrange(9, 15), self.chance.randrange(60)):
                self._lead()
        if self._at(day, 15, 0):
            self._progress(ago)
            self._settle()

    def _evening(self, day: date, ago: int) -> None:
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            if self._at(day, self.chance.randrange(16, 19), self.chance.randrange(60)):
                self._question(answered=ago > FRESH_DAYS or self._happens(0.4))
        if self._at(day, 19, 30):
            self._book(day)
            self._meet(day)
            self._buy()
            self._read_mail()
            self._hear_from_carriers()
            if ago == OPEN_DAY_DAYS_AGO:
                self._open_day()
            self._settle()

    def _open_day(self) -> None:
        """Priya types in the list from the open day: some addresses she cannot read, some people the studio knows."""
        newcomers = [(one.first_name, one.last_name, one.email or "") for one in (self._somebody() for _ in range(18))]
        known = [(one.first_name, one.last_name, one.email or "") for one in self.chance.sample(self.clients, 3)]
        odd = [(newcomers[0][0], newcomers[0][1], newcomers[0][2].upper()), ("Noé", "Faure", "noe.faure@")]
        odd.append(("", "", "anonyme@mail.example"))
        make.lead_import([*newcomers, *known, *odd], by=self.staff["Priya Nair"], file="portes-ouvertes.csv")

    def _at(self, day: date, hour: int, minute: int) -> bool:
        """Set the clock to a time of the day; not beyond the present, where the story ends."""
        instant = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
        if instant > self.today:
            return False
        clock.set(max(instant, clock.now()))
        return True

    def _settle(self) -> None:
        scans.look()
        db.session.commit()
        work.run_until_idle()

    # ------------------------------------------------------------ what people do

    def _regulars(self) -> None:
        for _ in range(REGULARS):
            contact = people.create_contact(self._somebody(), by=make.SYSTEM, via="import")
            name, kind, price = self.chance.choice(cast.MEMBERSHIPS)
            self._post("membership.purchased", contact, membership=name, kind=kind, price_cents=price)
            lifecycle_board.move_contact(contact, self.lifecycle["customer"], by=self.staff["Priya Nair"])
            self.clients.append(contact)
            if self._happens(0.4):
                tagged = self.chance.choice(list(self.tags.values()))
                tags.add_tags([contact.id], [tagged], by=self.staff["Léa Fontaine"])
        db.session.commit()

    def _lead(self) -> None:
        (name,) = self.chance.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))
        source = self.sources[name]
        form = self.form if source == self.form.source else None
        note = self.chance.choice(cast.NOTES)
        capture.capture_person(self._somebody(), source, by=events.Actor.client(), via="form", form=form, note=note)

    def _progress(self, ago: int) -> None:
        """Open leads move on, some to a purchase, some to nothing."""
        for lead in self._open_leads(most=9):
            by = lead.assignee or self.chance.choice(self.desk)
            match lead.stage.key:
                case "new":
                    leads_board.set_status(lead, CONTACTED, by=by)
                    leads_board.move_lead(lead, self.stages["contacted"], by=by)
                case "contacted" if self._happens(0.6):
                    leads_board.move_lead(lead, self.stages["trial_booked"], by=by)
                    lifecycle_board.move_contact(lead.contact, self.lifecycle["hot_lead"], by=by)
                    self._post(
                        "class.booked", lead.contact, class_name=self.chance.choice(cast.CLASSES), paid_with="free"
                    )
                case "trial_booked":
                    name, kind, price = self.chance.choice(cast.INTRO_OFFERS)
                    leads_board.move_lead(lead, self.stages["on_trial"], by=by)
                    lifecycle_board.move_contact(lead.contact, self.lifecycle["payment"], by=by)
                    if self._happens(0.5):
                        self._sell("intro.purchased", lead.contact, membership=name, kind=kind, price_cents=price)
                case "on_trial" if self._happens(0.6) and ago > 1:
                    name, kind, price = self.chance.choice(cast.MEMBERSHIPS)
                    self._sell("membership.purchased", lead.contact, membership=name, kind=kind, price_cents=price)
                    leads_board.move_lead(lead, self.stages["won"], by=by)
                    lifecycle_board.move_contact(lead.contact, self.lifecycle["customer"], by=by)
                    self.clients.append(lead.contact)
                case "contacted" if self._happens(0.4):
                    leads_board.set_status(lead, NOT_CONVERTED, by=by)
                    lifecycle_board.move_contact(lead.contact, self.lifecycle["cold_lead"], by=by)
                case _:
                    pass

    def _book(self, day: date) -> None:
        for contact in self.chance.sample(self.clients, k=min(9, len(self.clients))):
            starts = datetime(day.year, day.month, day.day, 18, 30, tzinfo=ZONE) + timedelta(
                days=self.chance.randrange(1, 5)
            )
            name, place = self.chance.choice(cast.CLASSES), self.chance.choice(self.locations)
            self._post(
                "class.booked",
                contact,
                class_name=name,
                starts_at=starts.isoformat(),
                ends_at=(starts + timedelta(minutes=60)).isoformat(),
                location=place.name,
                teacher="Sofia Rossi",
                paid_with="subscription",
                booking_id=f"b{contact.id}-{starts:%Y%m%d%H%M}",
            )

    def _meet(self, day: date) -> None:
        """Somebody books an appointment; most fill in the form that comes with it."""
        if not self._happens(0.4):
            return
        contact, service = self.chance.choice(self.clients), self.chance.choice(cast.SERVICES)
        starts = datetime(day.year, day.month, day.day, 10, tzinfo=ZONE) + timedelta(days=self.chance.randrange(2, 6))
        ends = starts + timedelta(minutes=45)
        self._post(
            "appointment.booked",
            contact,
            service=service,
            staff="Sofia Rossi",
            starts_at=starts.isoformat(),
            ends_at=ends.isoformat(),
            booking_id=f"a{contact.id}-{starts:%Y%m%d}",
        )
        if self._happens(0.7):
            make.intake_answers(
                self.intake,
                contact,
                [
                    self.chance.choice(cast.FIELDS[0][2]),
                    self.chance.choice(("yes", "no")),
                    ", ".join(self.chance.sample(("Neck", "Back", "Knees"), k=self.chance.randrange(3))),
                    self.chance.choice(cast.INTAKE_HEALTH),
                    "yes",
                ],
            )

    def _attend(self, day: date) -> None:
        """Yesterday's classes: nine in ten booked people came."""
        yesterday = datetime(day.year, day.month, day.day, tzinfo=ZONE) - timedelta(days=1)
        for booking in self._booked_between(yesterday, yesterday + timedelta(days=1)):
            if self._happens(0.9):
                contact = db.session.get_one(Contact, booking.contact_id)
                self._post("class.visited", contact, class_name=booking.name, booking_id=booking.external_id)

    def _buy(self) -> None:
        if self._happens(0.3):
            item, buyer = self.chance.choice(cast.PRODUCTS), self.chance.choice(self.clients)
            price = self.shop.price_of(item)
            self._post("purchase.made", buyer, item=item, item_kind="product", price_cents=price)

    def _question(self, *, answered: bool) -> None:
        """Somebody writes; more often than not somebody answers within the hour."""
        pool = self.clients if self._happens(0.5) else [lead.contact for lead in self._open_leads(most=20)]
        if not pool:
            return
        contact = self.chance.choice([one for one in pool if one.phone and one.sms_transactional] or self.clients)
        if make.incoming_sms(contact, self.chance.choice(cast.QUESTIONS)) is None:
            return
        if answered:
            clock.set(min(clock.now() + timedelta(minutes=self.chance.randrange(4, 50)), self.today))
            text = self.chance.choice(cast.ANSWERS).format(name=contact.first_name)
            by = self.chance.choice(self.desk)
            outgoing.send_by_hand(contact, SMS, text, by=by)
            conversation = conversations.of(contact)
            if self._happens(0.6):
                conversations.assign(conversation, by)
            if self._happens(0.5):
                conversations.close(conversation)
        db.session.commit()

    def _read_mail(self) -> None:
        """Some of the last day's e-mails are opened, some of those clicked."""
        since = clock.now() - timedelta(hours=30)
        sent = db.session.scalars(
            select(Message).where(
                Message.direction == OUT,
                Message.channel == EMAIL,
                Message.category != TRANSACTIONAL,
                Message.sent_at > since,
                Message.contact_id.is_not(None),
                Message.opened_at.is_(None),
            )
        ).all()
        for message in sent:
            if self._happens(0.55):
                make.opening(message)
                if self._happens(0.35):
                    make.click(message)

    def _hear_from_carriers(self) -> None:
        """Of the last day's SMS nearly all have arrived; a few numbers are no more."""
        since = clock.now() - timedelta(hours=30)
        on_their_way = db.session.scalars(
            select(Message).where(Message.channel == SMS, Message.status == SENT, Message.sent_at > since)
        ).all()
        for message in on_their_way:
            provider_id = message.provider_id or f"SMsent{message.id:028d}"
            if self._happens(0.97):
                receipts.delivered(message.id, provider_id)
            else:
                receipts.failed(message.id, provider_id, code="30003", said="Unreachable destination handset")

    def _loose_ends(self) -> None:
        """What lies on the desk as the demo opens: questions, tasks for everybody, one of them late."""
        clock.set(self.today - timedelta(minutes=95))
        campaign.leave_a_draft(self.staff["Léa Fontaine"])
        self.shop.last_hour(
            leaving=[self._somebody() for _ in cast.LEFT_AT_THE_CHECKOUT],
            buying=self.clients[: len(cast.BOUGHT_TODAY)],
        )
        asking = [lead.contact for lead in self._open_leads(most=30) if lead.contact.phone]
        for contact, question in zip(asking[: len(cast.LATEST)], cast.LATEST, strict=False):
            clock.set(clock.now() + timedelta(minutes=17))
            make.incoming_sms(contact, question)
        for title, name, due_hours in cast.TO_DO:
            about = self.chance.choice(asking)
            to = self.staff.get(name)
            make.task(title, assignee=to, contact=about, due_days=due_hours / 24)
        self._ring()
        self._settle()

    def _ring(self) -> None:
        """A few calls of the last hour, one in vain; and what a tool posted of an integration that is off."""
        reachable = [one for one in self.clients if one.phone]
        for contact, minutes in zip(self.chance.sample(reachable, 3), (0, 3, 7), strict=True):
            make.call(contact, answered_seconds=minutes * 60)
        zapier = events.Actor("api", None, "Zapier")
        integrations.ignore(INTEGRATIONS["lead_ads"], "form.submitted", None, by=zapier)

    def _do_tasks(self) -> None:
        """The front desk clears most of what lies there since yesterday."""
        old = db.session.scalars(
            select(Task).where(Task.status == "open", Task.created_at < clock.now() - timedelta(hours=16)).limit(20)
        ).all()
        for task in old:
            if self._happens(0.7):
                desk.complete_task(task, by=self.chance.choice(self.desk))

    # ------------------------------------------------------------ shared

    def _booked_between(self, start: datetime, end: datetime) -> list[Booking]:
        booked = select(Booking).where(
            Booking.starts_at >= start,
            Booking.starts_at < end,
            Booking.visited_at.is_(None),
            Booking.cancelled_at.is_(None),
        )
        return list(db.session.scalars(booked.order_by(Booking.id)))

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share

    def _open_leads(self, most: int) -> list[Lead]:
        since = clock.now() - timedelta(hours=3)
        ids = list(
            db.session.scalars(
                select(Lead.id).where(Lead.status.in_(OPEN_STATUSES), Lead.created_at < since).order_by(Lead.id)
            )
        )
        chosen = self.chance.sample(ids, k=min(most, len(ids)))
        return list(db.session.scalars(select(Lead).where(Lead.id.in_(chosen)).order_by(Lead.id)))

    def _sell(self, kind: str, contact: Contact, /, **data: object) -> None:
        if not self.shop.sells_online(contact, str(data["membership"])):
            self._post(kind, contact, **data)

    def _post(self, kind: str, contact: Contact, /, **data: object) -> None:
        how = posting.How(by=make.SYSTEM, at=clock.now())
        posting.post(kind, contact, {"location": self._place_of(contact)} | data, how)

    def _place_of(self, contact: Contact) -> str:
        return contact.location.name if contact.location else self.locations[0].name

    def _somebody(self) -> Details:
        first, last = next(self.names)
        number = self.chance.randrange(10_000_000, 99_999_999)
        plain = re.sub(r"[^a-z.]", "", unicodedata.normalize("NFKD", f"{first}.{last}".lower()))
        return Details(
            first_name=first,
            last_name=last,
            email=f"{plain}{number % 97}@mail.example",
            phone=f"+336{number}" if self._happens(0.85) else None,
            location=self.chance.choice(self.locations),
            language=self.chance.choice(("fr", "fr", "en")),
            custom={"goal": self.chance.choice(cast.FIELDS[0][2])} if self._happens(0.5) else {},
        )

    def _names(self) -> Iterator[tuple[str, str]]:
        pairs = [(first, last) for first in cast.FIRST_NAMES for last in cast.LAST_NAMES]
        self.chance.shuffle(pairs)
        return iter(pairs)
