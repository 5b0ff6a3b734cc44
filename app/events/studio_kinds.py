"""The kinds of events of the studio's business: classes, appointments, memberships, purchases, dates of clients.

What other systems may post is marked so; the rest is made of it, by the verb that takes it or by the passing of time
(`app/studio/`). Such an event carries the id of the one it goes back to as `origin_id`: of the booking, the purchase.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from flask_babel import lazy_gettext as _
from pydantic import AwareDatetime, Field

from app.events.catalogue import Data, declare

Text = Annotated[str, Field(max_length=200)]
Place = Annotated[str, Field(max_length=120)]
Number = Annotated[int, Field(ge=0, le=1_000_000)]
Cents = Annotated[int, Field(ge=-2_000_000_000, le=2_000_000_000)]
PaidWith = Literal["", "subscription", "pack", "intro", "card", "cash", "credit", "classpass", "free"]

# ---------------------------------------------------------------- classes and appointments


class Held(Data):
    """Something that takes place at a time, and how somebody's place in it is paid."""

    location: Place = ""
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    paid_with: PaidWith = ""
    membership: Text = ""  # the one it is paid with
    membership_id: Text = ""
    discount_code: Text = ""
    credits_left: Number | None = None  # of the pack it is paid with, where the other system counts them


class ClassData(Held):
    class_name: Text = ""
    class_id: Text = ""
    template: Text = ""
    teacher: Text = ""
    booking_id: Text = ""


class ClassCancelled(ClassData):
    cancelled_by: Literal["client", "staff", "studio"] = "client"
    late: bool = False  # inside the late-cancellation period of the policy
    credit_lost: bool = False
    attendance_rule: Text = ""  # the rule that penalises it


class Refund(Data):
    by: Text = ""  # pack | credit | cash | card: how they had paid, where `paid_with` does not say it
    amount_cents: Cents = 0
    pack: Text = ""


class ClassCalledOff(ClassData):
    note: str = ""  # to the customers, from the studio's dialog
    refund: Refund | None = None


class WaitlistOffer(ClassData):
    minutes_to_respond: int | None = None
    url: str = ""  # where the place is taken


class AppointmentData(Held):
    service: Text = ""
    staff: Text = ""
    booking_id: Text = ""


class AppointmentCancelled(AppointmentData):
    cancelled_by: Literal["client", "staff", "studio"] = "client"
    late: bool = False
    credit_lost: bool = False


declare("class.booked", ClassData, _("Booked %(class_name)s"), icon="calendar-plus", posted=True)
declare("class.booking_cancelled", ClassCancelled, _("Cancelled %(class_name)s"), icon="calendar-x", posted=True)
declare("class.booking_moved", ClassData, _("%(class_name)s moved to another time"), icon="calendar-time", posted=True)
declare("class.cancelled", ClassCalledOff, _("%(class_name)s was cancelled"), icon="calendar-off", posted=True)
declare("class.started", ClassData, _("%(class_name)s began"), icon="clock", feed=False)
declare("class.visited", ClassData, _("Attended %(class_name)s"), icon="run", posted=True)
declare("class.no_show", ClassData, _("Did not come to %(class_name)s"), icon="user-x", posted=True)
declare(
    "waitlist.offered", WaitlistOffer, _("Was offered a place in %(class_name)s"), icon="hourglass-low", posted=True
)

declare("appointment.booked", AppointmentData, _("Booked %(service)s"), icon="calendar-plus", posted=True)
declare("appointment.cancelled", AppointmentCancelled, _("Cancelled %(service)s"), icon="calendar-x", posted=True)
declare("appointment.moved", AppointmentData, _("%(service)s moved to another time"), icon="calendar-time", posted=True)
declare("appointment.started", AppointmentData, _("%(service)s began"), icon="clock", feed=False)
declare("appointment.visited", AppointmentData, _("Came to %(service)s"), icon="calendar-check", posted=True)


# ---------------------------------------------------------------- memberships and purchases


class MembershipData(Data):
    membership: Text
    kind: Literal["subscription", "pack", "intro"] = "subscription"
    membership_id: Text = ""
    price_cents: Cents = 0
    location: Place = ""
    ends_at: AwareDatetime | None = None
    credits: Number | None = None
    auto_renews: bool = False
    renews_every: Literal["", "week", "month", "quarter", "year"] = ""  # where Encore is to renew it
    renewals_left: Number | None = None
    auto_recharges: bool = False


class MembershipEnded(MembershipData):
    reason: Text = ""  # cancelled | last_renewal; empty: its date came


class MembershipPaused(MembershipData):
    unpauses_at: AwareDatetime | None = None


class SubscriptionCancelled(MembershipData):
    auto_renews: bool = True
    cancelled_by: Literal["client", "staff"] = "client"


class CreditUsed(MembershipData):
    credits_left: Number


class PurchaseData(Data):
    item: Text
    item_kind: Annotated[str, Field(max_length=24)] = "product"
    price_cents: Cents = 0
    sale_id: Text = ""


class OrderData(Data):
    order_id: int
    item: str
    item_kind: str = ""
    price_cents: int = 0
    paid_with: str = ""


class CheckoutData(Data):
    item: Text
    item_kind: str = ""  # subscription | pack | intro | product | class | appointment
    url: str = ""  # where the checkout can be gone on with
    checkout_id: int | None = None


declare("membership.purchased", MembershipData, _("Bought %(membership)s"), icon="id-badge-2", posted=True)
declare("membership.expired", MembershipEnded, _("%(membership)s expired"), icon="calendar-off", posted=True)
declare("membership.paused", MembershipPaused, _("Paused %(membership)s"), icon="player-pause", posted=True)
declare(
    "membership.unfreeze_scheduled",
    MembershipPaused,
    _("The pause of %(membership)s will end"),
    icon="calendar-time",
    posted=True,
)
declare("membership.unpaused", MembershipData, _("%(membership)s goes on"), icon="player-play", posted=True)
declare("membership.extended", MembershipData, _("%(membership)s ends at another time"), icon="refresh", posted=True)
declare("subscription.cancelled", SubscriptionCancelled, _("Cancelled %(membership)s"), icon="circle-x", posted=True)
declare("subscription.renewed", MembershipData, _("%(membership)s renewed"), icon="refresh", posted=True)
declare("intro.purchased", MembershipData, _("Bought the intro offer %(membership)s"), icon="gift", posted=True)
declare("pack.credit_used", CreditUsed, _("%(credits_left)s credits left of %(membership)s"), icon="ticket", feed=False)
declare("purchase.made", PurchaseData, _("Bought %(item)s"), icon="shopping-bag", posted=True)
declare("order.paid", OrderData, _("%(item)s paid at the studio"), icon="cash")
declare("order.cancelled", OrderData, _("Order of %(item)s cancelled"), icon="circle-x")
declare("checkout.abandoned", CheckoutData, _("Left the checkout of %(item)s"), icon="shopping-cart", posted=True)


# ---------------------------------------------------------------- people


class Referral(Data):
    referrer: Text = ""
    via: Literal["link", "dashboard"] = "link"


class WaiverRequest(Data):
    waiver: str = ""
    url: str = ""  # where it is signed, where another system has it signed
    version: int | None = None  # of the studio's own waiver
    note: str = ""


class WaiverSigned(Data):
    waiver: str = ""
    version: int | None = None


class IntakeSubmitted(Data):
    form: Text
    form_id: int | None = None
    submission_id: int | None = None


class DateCame(Data):
    field: Text
    on: date


class DateFieldCame(DateCame):
    mode: Literal["exact", "yearly", "monthly"]


class Winback(Data):
    sequence_id: int
    last_visit_at: AwareDatetime


class SegmentEntered(Data):
    segment: str
    sequence_id: int


declare("segment.entered", SegmentEntered, _("Came into the segment “%(segment)s”"), icon="filter", feed=False)
declare("client.referred", Referral, _("Came through a referral"), icon="users", posted=True)
declare("waiver.signature_requested", WaiverRequest, _("Was asked to sign the waiver"), icon="file-text", posted=True)
declare("waiver.signed", WaiverSigned, _("Signed “%(waiver)s”, version %(version)s"), icon="file-text")
declare("intake.submitted", IntakeSubmitted, _("Filled in “%(form)s”"), icon="clipboard-text", posted=True)
declare("client.birthday", DateCame, _("Birthday"), icon="cake")
declare("client.date_field", DateFieldCame, _("The date in “%(field)s” came"), icon="calendar-star", feed=False)
declare("client.winback", Winback, _("Has not come for a while"), icon="history", feed=False)
