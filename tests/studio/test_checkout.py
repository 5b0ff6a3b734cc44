"""Buying on an item's own page, without an account, and paying at the studio."""

from __future__ import annotations

import re
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import clock as the_clock
from app.config import Settings
from app.contacts import erase, tags
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.demo import make
from app.events import posting
from app.events.models import Event
from app.messaging import personal
from app.messaging.models import Message
from app.staff.models import Staff
from app.studio import checkout_tokens, checkouts, item_figures, items, orders, pricing
from app.studio.checkout_models import Checkout, Order
from app.studio.item_models import Item
from app.studio.models import Booking, Holding, Purchase
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.work import Workers

ANA = {"first_name": "Ana", "last_name": "Rey", "email": "ana@x.org"}
BEN = Details("Ben", "Roux", "ben@x.org")


def count(model: type[Contact | Order | Checkout | Purchase | Holding]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def token_on(page: TestResponse) -> str:
    found = re.search(r'name="token"[^>]*value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def buy(client: Client, item: Item, **typed: str) -> TestResponse:
    """Open the checkout as a visitor does, fill it in, and send it."""
    token = token_on(client.get(f"/buy/{item.slug}"))
    return client.post(f"/buy/{item.slug}", data={"token": token, "payment": "studio"} | typed)


@pytest.mark.req("STU-16", "STU-17", "GEN-09")
def test_buying_a_pack_makes_the_sale_and_the_membership(client: Client, clock: ModuleType) -> None:
    clock.set("2026-03-20 10:00")
    item = make.item("10-class pass", "pack", 14000, credits=10, validity_days=180)

    answer = buy(client, item, **ANA, phone="06 12 34 56 78")

    assert answer.status_code == 303
    done = client.get(answer.location).text
    assert "Thank you, Ana" in done
    assert "Pay at the studio" in done
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.name, contact.phone, contact.is_client) == ("Ana Rey", "+33612345678", True)
    order = db.session.scalars(select(Order)).one()
    holding = db.session.scalars(select(Holding)).one()
    sale = db.session.scalars(select(Purchase)).one()
    assert (order.state, order.price_cents, order.payment) == ("reserved", 14000, "studio")
    assert (holding.kind, holding.name, holding.credits) == ("pack", "10-class pass", 10)
    assert holding.ends_at == order.placed_at + timedelta(days=180)
    assert (sale.item_id, sale.price_cents) == (item.id, 14000)
    told = db.session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert told == ["contact.created", "membership.purchased", "client.created"]


@pytest.mark.req("GEN-09")
def test_the_order_confirmation_says_how_it_is_paid_in_the_buyers_language(client: Client, workers: Workers) -> None:
    item = make.item("Carte de 10", price_cents=14000)
    token = token_on(client.get(f"/buy/{item.slug}?lang=fr"))
    sent = {"token": token, "payment": "studio"} | ANA

    for _ in range(2):
        client.post(f"/buy/{item.slug}?lang=fr", data=sent)
    workers.run_until_idle()

    told = db.session.scalars(select(Message)).one()
    assert (told.category, told.kind) == ("transactional", "order_confirmation")
    assert told.subject == "Votre commande : Carte de 10"
    assert "Bonjour Ana," in told.text
    assert "140\xa0€" in told.text
    assert "Paiement au studio. En espèces ou par carte, lors de votre prochaine venue." in told.text


@pytest.mark.req("STU-15", "STU-17")
def test_each_kind_of_item_is_its_own_kind_of_sale(app: Flask) -> None:
    for kind in ("subscription", "intro", "product"):
        make.order(make.item(f"The {kind}", kind), BEN)

    told = {one.kind: one.data for one in db.session.scalars(select(Event).where(Event.kind.like("%purchase%")))}
    assert set(told) == {"membership.purchased", "intro.purchased", "purchase.made"}
    assert told["membership.purchased"]["kind"] == "subscription"
    assert told["intro.purchased"]["membership"] == "The intro"
    assert told["purchase.made"]["item"] == "The product"
    assert sorted(db.session.scalars(select(Holding.kind))) == ["intro", "subscription"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"first_name": " "}, "Tell us your name."),
        ({"email": ""}, "Tell us your e-mail address."),
        ({"email": "ana@"}, "This address looks incomplete."),
        ({"phone": "+33 000"}, "This is no phone number we can call."),
        ({"first_name": "N" * 1_000_000}, "At most 200 characters."),
        ({"payment": "shells"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_sold(
    client: Client, typed: dict[str, str], said: str
) -> None:
    answer = buy(client, make.item(), **ANA | {"last_name": "مريم"} | typed)

    assert answer.status_code == 422
    assert 'value="مريم"' in answer.text
    assert said in answer.text
    assert (count(Order), count(Contact)) == (0, 0)


def test_sending_a_page_twice_buys_once_and_two_people_may_send_one_page(client: Client) -> None:
    item = make.item()
    token = token_on(client.get(f"/buy/{item.slug}"))
    sent = {"token": token, "payment": "studio"} | ANA

    first, second = (client.post(f"/buy/{item.slug}", data=sent) for _ in range(2))
    client.post(f"/buy/{item.slug}", data=sent | {"first_name": "Ben", "email": "ben@x.org"})

    assert first.location == second.location
    assert (count(Order), count(Purchase), count(Holding)) == (2, 2, 2)


def test_buying_the_same_again_is_another_order(client: Client) -> None:
    item = make.item()
    for _ in range(2):
        buy(client, item, **ANA)

    assert (count(Order), count(Contact), count(Holding)) == (2, 1, 2)


def test_a_machine_that_fills_in_everything_buys_nothing(client: Client) -> None:
    assert buy(client, make.item(), website="http://spam.example", **ANA).status_code == 303
    assert (count(Order), count(Checkout)) == (0, 0)


@pytest.mark.parametrize("token", ["", "nonsense", "WzEsMF0.forged"])
def test_a_page_we_did_not_draw_is_asked_for_once_more(client: Client, token: str) -> None:
    item = make.item()
    sent = {"token": token, "payment": "studio"} | ANA

    answer = client.post(f"/buy/{item.slug}", data=sent)
    draft = client.post(f"/buy/{item.slug}/draft", data=sent)

    assert (answer.status_code, draft.status_code) == (422, 204)
    assert 'value="ana@x.org"' in answer.text
    assert (count(Order), count(Checkout)) == (0, 0)
    client.post(f"/buy/{item.slug}", data=sent | {"token": token_on(answer)})
    assert count(Order) == 1


def test_a_flood_is_held_up(client: Client) -> None:
    item = make.item()
    statuses = [client.post(f"/buy/{item.slug}", data=ANA).status_code for _ in range(31)]

    assert statuses[-1] == 429


def test_a_confirmation_cannot_be_guessed_and_belongs_to_its_item(client: Client) -> None:
    item, other = make.item(), make.item()
    address = buy(client, item, **ANA).location

    assert client.get(address).status_code == 200
    assert client.get(f"/buy/{item.slug}/done/1").status_code == 404
    assert client.get(address.replace(item.slug, other.slug)).status_code == 404


def test_whoever_types_a_clients_address_does_not_learn_their_name(client: Client) -> None:
    make.client("Beatriz Duarte", email="b@x.org")

    bought = buy(client, make.item(), first_name="Mallory", email="b@x.org")
    done = client.get(bought.location).text

    assert "Thank you, Mallory" in done
    assert "Beatriz" not in done
    assert "Duarte" not in done


@pytest.mark.parametrize(("accepts", "said"), [("fr-FR,fr;q=0.9", "Prénom"), ("en-GB", "First name")])
def test_the_checkout_speaks_the_buyers_language(client: Client, accepts: str, said: str) -> None:
    item = make.item()

    assert said in client.get(f"/buy/{item.slug}", headers={"Accept-Language": accepts}).text


def test_a_checkout_asks_little_of_the_database(client: Client) -> None:
    item = make.item()
    with queries.counted() as asked:
        client.get(f"/buy/{item.slug}")

    assert len(asked) < 6, "\n".join(asked)


# ---------------------------------------------------------------- drafts


@pytest.mark.req("STU-17", "ABN-03")
def test_what_was_typed_is_there_again_in_the_same_browser_only(app: Flask, client: Client) -> None:
    item, other = make.item(), make.item()
    token = token_on(client.get(f"/buy/{item.slug}"))

    client.post(f"/buy/{item.slug}/draft", data={"token": token, "first_name": "Ana"})
    client.post(f"/buy/{item.slug}/draft", data={"token": token, "first_name": "Ana", "email": "ana@"})

    again = client.get(f"/buy/{item.slug}").text
    assert 'value="Ana"' in again
    assert 'value="ana@"' in again
    assert "We kept what you typed." in again
    assert count(Checkout) == 1
    for elsewhere in (client.get(f"/buy/{other.slug}"), app.test_client().get(f"/buy/{item.slug}")):
        assert 'value="Ana"' not in elsewhere.text


def test_opening_a_checkout_keeps_nothing_and_sets_no_cookie(client: Client) -> None:
    page = client.get(f"/buy/{make.item().slug}")

    assert "Set-Cookie" not in page.headers
    assert count(Checkout) == 0


def test_a_browser_that_refuses_cookies_has_one_draft_all_the_same(app: Flask) -> None:
    item, careful = make.item(), app.test_client(use_cookies=False)
    token = token_on(careful.get(f"/buy/{item.slug}"))

    for name in ("A", "An", "Ana"):
        careful.post(f"/buy/{item.slug}/draft", data={"token": token, "first_name": name})

    assert db.session.scalars(select(Checkout.first_name)).all() == ["Ana"]


def test_somebody_else_at_the_browser_starts_over(client: Client) -> None:
    item = make.item()
    token = token_on(client.get(f"/buy/{item.slug}"))
    client.post(f"/buy/{item.slug}/draft", data={"token": token} | ANA)

    client.post(f"/buy/{item.slug}/forgetting")

    assert 'value="Ana"' not in client.get(f"/buy/{item.slug}").text
    assert count(Checkout) == 1  # Ana may still be written to


def test_a_draft_is_no_longer_shown_once_it_is_bought(client: Client) -> None:
    item = make.item()
    token = token_on(client.get(f"/buy/{item.slug}"))
    client.post(f"/buy/{item.slug}/draft", data={"token": token} | ANA)
    client.post(f"/buy/{item.slug}", data={"token": token, "payment": "studio"} | ANA)

    assert 'value="Ana"' not in client.get(f"/buy/{item.slug}").text
    kept = db.session.scalars(select(Checkout)).one()
    assert (kept.email, kept.completed_at is not None) == ("", True)


def test_an_erased_person_is_in_no_draft(app: Flask) -> None:
    item = make.item()
    contact = make.order(item, BEN).contact
    make.checkout(make.item(), Details("Ben", email="BEN@x.org"))

    erase.erase_contact(contact, by=make.SYSTEM)

    assert {(one.first_name, one.email) for one in db.session.scalars(select(Checkout))} == {("", "")}
    assert db.session.scalars(select(Order.buyer_name)).all() == [""]
    assert item_figures.figures_of(item).ever.count == 1


# ---------------------------------------------------------------- reserved for some


@pytest.mark.req("RST-05", "TAG-05")
def test_a_reserved_item_is_sold_to_those_with_the_tag_only(client: Client) -> None:
    (advanced,) = tags.find_or_create_tags(["Headstand proof"])
    item = make.item(tags=[advanced])
    make.contact("Ben Roux", email="ben@x.org", tags=["Headstand proof"])
    make.contact("Cleo Blanc", email="cleo@x.org", tags=["VIP"])

    refused = [buy(client, item, first_name=name, email=f"{name}@x.org") for name in ("cleo", "nobody")]
    sold = buy(client, item, first_name="Ben", email="Ben@x.org")

    assert [one.status_code for one in refused] == [422, 422]
    assert sold.status_code == 303
    assert db.session.scalars(select(Order)).one().contact.first_name == "Ben"
    for page in (*(one.text for one in refused), client.get(f"/buy/{item.slug}").text):
        assert "Headstand" not in page
    assert "This offer is reserved for some of our clients." in refused[0].text
    assert count(Contact) == 2


def test_a_reserved_item_stays_closed_when_its_tag_is_deleted(client: Client) -> None:
    (advanced,) = tags.find_or_create_tags(["Advanced"])
    item = make.item(tags=[advanced])
    make.contact("Ben Roux", email="ben@x.org", tags=["Advanced"])

    tags.delete_tag(advanced, by=make.SYSTEM)
    db.session.expire_all()

    assert buy(client, item, first_name="Ben", email="ben@x.org").status_code == 422
    assert items.get_item(item.id).is_reserved


@pytest.mark.req("TAG-07", "TAG-05")
def test_a_tag_takes_ten_percent_off_for_those_who_have_it(client: Client) -> None:
    tags.create_tag("TRIAL10", discount_percent=10)
    tags.create_tag("TRIAL5", discount_percent=5)
    make.contact("Ben Roux", email="ben@x.org", tags=["TRIAL10", "TRIAL5"])
    item = make.item("5-class pass", price_cents=5000)
    bens = buy(client, item, first_name="Ben", email="ben@x.org")
    anas = buy(client, item, **ANA)

    assert "€45" in client.get(bens.location).text
    assert "€50" in client.get(anas.location).text
    paid = {order.contact.first_name: order.price_cents for order in db.session.scalars(select(Order))}
    assert paid == {"Ben": 4500, "Ana": 5000}
    assert {sale.price_cents for sale in db.session.scalars(select(Purchase))} == {4500, 5000}


@pytest.mark.req("TAG-07", "TAG-05")
def test_typing_somebodys_address_does_not_show_whether_they_have_a_discount(client: Client) -> None:
    tags.create_tag("TRIAL10", discount_percent=10)
    make.contact("Ben Roux", email="ben@x.org", tags=["TRIAL10"])
    item = make.item("5-class pass", price_cents=5000)
    token = token_on(client.get(f"/buy/{item.slug}"))

    bens, nobodys = (
        client.post(f"/buy/{item.slug}/draft", data={"token": token, "first_name": "Eva", "email": email}).text
        for email in ("ben@x.org", "nobody@x.org")
    )

    assert bens == nobodys
    assert "<b>€50</b>" in bens
    assert "it is taken off when you order" in bens


@pytest.mark.req("TAG-07", "TAG-05")
def test_a_link_in_a_message_shows_its_reader_their_price_and_nobody_else(client: Client, settings: Settings) -> None:
    tags.create_tag("TRIAL10", discount_percent=10)
    ben = make.contact("Ben Roux", email="ben@x.org", tags=["TRIAL10"])
    item = make.item("5-class pass", price_cents=5000)
    link = personal.addressed(f"{settings.public_url}/buy/{item.slug}?lang=en", ben.id)
    address = link.removeprefix(settings.public_url)
    query = address.partition("?")[2]

    page = client.get(address)
    sent = {"token": token_on(page), "first_name": "Ben", "email": "ben@x.org"}
    his = client.post(f"/buy/{item.slug}/draft?{query}", data=sent).text
    anothers = client.post(f"/buy/{item.slug}/draft?{query}", data=sent | {"email": "ana@x.org"}).text
    forged = client.get(address[:-1] + ("A" if address[-1] != "A" else "B")).text

    for text in (page.text, his):
        assert "<s>€50</s>" in text
        assert "<b>€45</b>" in text
    assert "TRIAL" not in page.text + his
    assert "€45" not in anothers + forged
    assert f"/buy/{item.slug}/draft?{query}".replace("&", "&amp;") in page.text


def test_what_is_free_is_ordered_and_nobody_waits_for_money(client: Client, workers: Workers) -> None:
    item = make.item("First class", "intro", 0)

    page = client.get(f"/buy/{item.slug}").text
    done = client.get(buy(client, item, **ANA).location).text
    workers.run_until_idle()

    assert "Free" in page
    assert "Pay at the studio" not in page + done
    order = db.session.scalars(select(Order)).one()
    assert (order.state, order.paid_at) == ("paid", order.placed_at)
    assert "Pay at the studio" not in db.session.scalars(select(Message.text)).one()


@pytest.mark.parametrize(("cents", "percent", "due"), [(999, 10, 899), (995, 10, 896), (5000, 100, 0), (0, 10, 0)])
def test_a_discount_is_rounded_to_the_cent(app: Flask, cents: int, percent: int, due: int) -> None:
    tags.create_tag("Less", discount_percent=percent)
    ben = make.contact(tags=["Less"])

    assert pricing.price_for(make.item(price_cents=cents), ben) == due
    assert pricing.price_for(make.item(price_cents=cents), None) == cents


# ---------------------------------------------------------------- at the desk


@pytest.fixture
def lea(client: Client) -> Staff:
    """The front desk, signed in."""
    lea = make.staff("Léa Fontaine", "front_desk")
    client.sign_in(lea)
    return lea


@pytest.mark.req("GEN-09")
def test_the_desk_takes_the_money_for_an_order(client: Client, lea: Staff) -> None:
    order = make.order(make.item("10-class pass"), BEN)
    assert "Ben Roux" in client.get("/memberships/orders").text
    assert "1 order waits to be paid." in client.get("/memberships").text
    assert "Take payment" in client.get(f"/contacts/{order.contact_id}").text

    answer = client.post(f"/memberships/orders/{order.id}/payment", data={"paid_with": "cash"})

    assert answer.location == "/memberships/orders"
    assert (order.state, order.paid_with, order.settled_by) == ("paid", "cash", lea)
    assert "Everything is paid" in client.get("/memberships/orders").text
    assert "Ben Roux" in client.get("/memberships/orders?state=paid").text
    paid = db.session.scalars(select(Event).where(Event.kind == "order.paid")).one()
    assert (paid.actor_name, paid.data["paid_with"]) == ("Léa Fontaine", "cash")


def test_a_cancelled_order_takes_back_what_it_gave(client: Client, lea: Staff) -> None:
    item = make.item("10-class pass", credits=10)
    order, kept = make.order(item, BEN), make.order(item, BEN)
    booked = {"class_name": "Hatha", "paid_with": "pack", "membership_id": order.number}
    posting.post("class.booked", order.contact, booked, posting.How(make.SYSTEM, the_clock.now()))
    assert set(db.session.scalars(select(Holding.credits))) == {9, 10}

    client.post(f"/memberships/orders/{order.id}/cancellation")

    assert (order.state, kept.state) == ("cancelled", "reserved")
    assert db.session.scalars(select(Holding.external_id)).all() == [kept.number]
    assert db.session.scalars(select(Booking.cancelled_at)).all() == [None]
    assert item_figures.figures_of(item).ever.count == 1
    confirmation = f"/buy/{item.slug}/done/{checkout_tokens.ticket_of(order)}"
    assert "This order has been cancelled" in client.get(confirmation).text


def test_what_somebody_else_has_settled_is_not_settled_twice(client: Client, lea: Staff) -> None:
    order = make.order(make.item(), BEN)
    orders.cancel_order(order, by=lea)

    answer = client.post(f"/memberships/orders/{order.id}/payment", data={"paid_with": "card"})

    assert answer.status_code == 409
    assert "This order has been cancelled meanwhile." in answer.text
    assert order.state == "cancelled"


def test_a_teacher_sees_no_sales_and_the_desk_changes_no_prices(client: Client, lea: Staff) -> None:
    item = make.item()
    assert client.get(f"/memberships/{item.id}/edit").status_code == 403
    client.sign_in(make.staff("Sofia Rossi", "teacher"))

    assert client.get("/memberships").status_code == 403
    assert client.get("/memberships/orders").status_code == 403


def test_orders_of_another_location_are_out_of_sight(client: Client) -> None:
    here, there = make.location("Confluence"), make.location("Croix-Rousse")
    order = make.order(make.item(), BEN)
    order.contact.location = there
    client.sign_in(make.staff("Tom", "front_desk", only_location_id=here.id))

    assert "Ben Roux" not in client.get("/memberships/orders").text
    assert client.get(f"/memberships/orders/{order.id}/payment").status_code == 404
    assert "Ben Roux" not in client.get(f"/memberships/{order.item_id}").text


def test_two_drafts_at_once_are_one(app: Flask) -> None:
    item = make.item()
    for name in ("An", "Ana"):
        make.checkout(item, Details(name), browser="one and the same")

    assert db.session.scalars(select(Checkout.first_name)).all() == ["Ana"]
    assert checkouts.unfinished(item, "another") is None
