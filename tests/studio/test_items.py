"""What the studio sells: the list, an item's own page, and what items mean elsewhere."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app import clock as the_clock
from app import events
from app.contacts import tags
from app.contacts.models import Tag
from app.contacts.people import Details
from app.db import db
from app.demo import make
from app.events import posting
from app.rules import RuleUse
from app.sequences.builder import choices, rule_forms
from app.staff import studio
from app.studio import item_figures, item_words, items, orders
from app.studio.item_models import Item
from app.studio.models import Purchase
from tests.harness import queries
from tests.harness.client import Client

TILL = events.Actor("api", None, "Till")
ANA = Details("Ana", "Rey", "ana@x.org")


@pytest.mark.req("NAV-04", "STU-16")
def test_the_list_shows_what_is_sold_each_with_a_link_that_opens_its_checkout(owner: Client) -> None:
    make.item("Unlimited monthly", "subscription", 8900, period="month")
    make.item("10-class pass", "pack", 14000)
    make.item("Two weeks unlimited", "intro", 3900)
    make.item("Yoga mat", "product", 4550)

    page = owner.get("/memberships").text

    assert [page.index(name) for name in ("Unlimited monthly", "10-class pass", "Two weeks unlimited", "Yoga mat")]
    for slug in ("unlimited-monthly", "10-class-pass", "two-weeks-unlimited", "yoga-mat"):
        assert f'data-href="http://localhost/buy/{slug}"' in page
        assert owner.get(f"/buy/{slug}").status_code == 200
    assert "€89 a month" in page
    assert "€45.50" in page


@pytest.mark.req("STU-15")
def test_an_item_is_made_with_what_its_kind_has(owner: Client) -> None:
    answer = owner.post(
        "/memberships/new/pack",
        data={"name": " Carte de 10 ", "price_cents": "140,50", "credits": "10", "validity_days": "180"},
    )
    owner.post("/memberships/new/intro", data={"name": "First month", "price_cents": "39", "validity_days": "30"})

    pack, intro = db.session.scalars(select(Item).order_by(Item.id)).all()
    assert answer.location == f"/memberships/{pack.id}"
    assert (pack.name, pack.slug, pack.price_cents, pack.credits) == ("Carte de 10", "carte-de-10", 14050, 10)
    assert (intro.kind, intro.credits, intro.validity_days) == ("intro", None, 30)
    assert items.names({"intro"}) == ["First month"]
    assert items.names({"subscription", "pack"}) == ["Carte de 10"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "\0 "}, "Give it a name."),
        ({"name": "🧘" * 121}, "At most 120 characters."),
        ({"name": "monthly"}, "There is something named “monthly” already."),
        ({"price_cents": ""}, "Say what it costs."),
        ({"price_cents": "-5"}, "Type an amount, like 89 or 89.50."),
        ({"price_cents": "9999999"}, "That is more than anything costs here."),
        ({"credits": ""}, "Say how many classes it is good for."),
        ({"credits": "ten"}, "Type a whole number."),
        ({"credits": "0"}, "From 1 to 1000."),
        ({"validity_days": "99999"}, "From 1 to 3650."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(owner: Client, typed: dict[str, str], said: str) -> None:
    make.item("Monthly", "subscription")

    answer = owner.post("/memberships/new/pack", data={"name": "Pass", "price_cents": "140", "credits": "10"} | typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert len(items.all_items()) == 1


def test_an_item_changes_its_name_and_keeps_its_address(owner: Client) -> None:
    item = make.item("10-class pass")

    owner.post(f"/memberships/{item.id}/edit", data={"name": "Ten classes", "price_cents": "150", "credits": "10"})

    assert (item.name, item.slug, item.price_cents, item.validity_days) == ("Ten classes", "10-class-pass", 15000, None)


def test_editing_begins_with_what_the_item_is(owner: Client) -> None:
    item = make.item("Advanced pass", price_cents=9050, credits=6, validity_days=120)
    items.change_item(item, items.Design("pack", "Advanced pass", 9050, credits=6, validity_days=120, tags=[vip()]))

    form = owner.get(f"/memberships/{item.id}/edit").text

    for value in ("Advanced pass", "90.50", "6", "120"):
        assert f'value="{value}"' in form
    assert re.search(rf'name="tag_ids" value="{item.tags[0].id}" checked', form)


def vip() -> Tag:
    (tag,) = tags.find_or_create_tags(["VIP"])
    return tag


def test_an_archived_item_is_sold_no_more_and_can_come_back(owner: Client) -> None:
    item = make.item("10-class pass")
    owner.post(f"/memberships/{item.id}/state", data={"on_offer": "0"})

    row = f'id="item-{item.id}"'
    assert row not in owner.get("/memberships").text
    assert row in owner.get("/memberships?show=archived").text
    assert "This offer has ended" in owner.get("/buy/10-class-pass").text
    assert owner.post("/buy/10-class-pass", data={}).status_code == 404
    assert items.names({"pack"}) == []

    owner.post(f"/memberships/{item.id}/state", data={"on_offer": "1"})
    assert row in owner.get("/memberships").text


def test_a_sale_told_by_another_system_is_the_items_whatever_came_first(app: Flask) -> None:
    told = {"membership": "10-CLASS pass", "kind": "pack", "price_cents": 14000}
    posting.post("membership.purchased", make.contact(), told, posting.How(TILL, the_clock.now()))
    item = make.item("10-class pass")
    posting.post("membership.purchased", make.contact(), told, posting.How(TILL, the_clock.now()))
    items.change_item(item, items.Design("pack", "Ten classes", 14000))

    assert item_figures.figures_of(item).ever == item_figures.Sold(2, 28000)
    assert {sale.item_id for sale in db.session.scalars(select(Purchase))} == {item.id}


def test_an_items_page_counts_this_month_where_the_studio_is(owner: Client, clock: ModuleType) -> None:
    studio.put("studio", studio.Studio(zone="Europe/Paris"))
    item = make.item("10-class pass")
    clock.set("2026-03-01 00:30", zone="Europe/Paris")
    make.order(item, ANA)
    clock.set("2026-02-28 23:30", zone="Europe/Paris")
    paid = make.order(item, Details("Ben", email="ben@x.org"))
    orders.mark_paid(paid, "cash", by=make.staff())
    clock.set("2026-03-15 12:00")

    figures = item_figures.figures_of(item)
    page = owner.get(f"/memberships/{item.id}").text

    assert (figures.this_month, figures.ever) == (item_figures.Sold(1, 14000), item_figures.Sold(2, 28000))
    assert figures.due == item_figures.Sold(1, 14000)
    assert page.index("Ana Rey") < page.index("Ben")
    assert "To be paid" in page


def test_buyers_are_listed_page_by_page_with_a_handful_of_queries(owner: Client, clock: ModuleType) -> None:
    item = make.item("10-class pass")
    for number in range(45):
        clock.move(minutes=1) if number else clock.set("2026-03-01 10:00")
        make.order(item, Details(f"Buyer{number:02}", email=f"b{number}@x.org"))

    with queries.counted() as asked:
        first = owner.get(f"/memberships/{item.id}").text
    following = first.partition("cursor=")[2].partition('"')[0]
    second = owner.get(f"/memberships/{item.id}?cursor={following}").text

    assert len(asked) < 20, "\n".join(asked)
    assert "Buyer44" in first
    assert "Buyer05" in first
    assert "Buyer04" not in first
    assert "Buyer04" in second
    assert "Buyer00" in second


def test_the_list_asks_no_more_for_many_items_than_for_one(owner: Client) -> None:
    make.item()
    with queries.counted() as one:
        owner.get("/memberships")
    for _ in range(8):
        make.item(tags=tags.find_or_create_tags(["VIP"]))
    with queries.counted() as nine:
        owner.get("/memberships")

    assert len(nine) <= len(one) + 1


def test_terms_and_prices_are_said_in_plain_words(app: Flask) -> None:
    business = studio.Studio(currency="EUR")
    monthly = make.item("Monthly", "subscription", 8900, period="month")
    pack = make.item("Pass", "pack", 14050, credits=1, validity_days=90)

    assert item_words.price(monthly, business) == "€89 a month"
    assert item_words.terms(monthly) == []
    assert item_words.terms(make.item("First month", "intro", validity_days=30)) == [
        "As many classes as you like",
        "Valid for 30 days",
    ]
    assert item_words.price(pack, business) == "€140.50"
    assert item_words.terms(pack) == ["1 class", "Valid for 90 days"]


def test_the_qr_code_of_an_item_is_a_picture(owner: Client) -> None:
    item = make.item()
    code = owner.get(f"/memberships/{item.id}/qr.svg?download=1")

    assert (code.mimetype, code.headers["Content-Disposition"]) == ("image/svg+xml", "attachment; filename=qr.svg")


def test_what_does_not_exist_is_not_found(owner: Client) -> None:
    for path in ("/memberships/999", "/memberships/new/castle", "/memberships/orders/9/payment", "/buy/nothing"):
        assert owner.get(path).status_code == 404


@pytest.mark.req("STU-15")
def test_the_builder_offers_items_by_name_and_intro_offers_apart(app: Flask) -> None:
    assert choices.of_kind("membership") is None  # nothing listed yet: names are typed
    make.item("Monthly", "subscription")
    make.item("First month", "intro")
    make.item("Mat", "product")

    assert choices.of_kind("membership") == [("Monthly", "Monthly")]
    assert choices.of_kind("offer") == [("First month", "First month")]
    form = rule_forms.RuleForm(rule_forms.new_use("intro.purchased"))
    assert [value for value, *_ in form.chosen.iter_choices()] == ["First month"]


def test_a_rule_about_memberships_may_name_none_and_keeps_a_name_that_is_sold_elsewhere(app: Flask) -> None:
    make.item("Monthly", "subscription")
    any_of_them = rule_forms.RuleForm(rule_forms.new_use("membership.active"), MultiDict())
    old = RuleUse.model_validate({"rule": "membership.active", "value": "Sold in the app"})
    kept = rule_forms.RuleForm(old, MultiDict([("rule-chosen", "Sold in the app"), ("rule-chosen", "Monthly")]))

    assert any_of_them.validate()
    assert any_of_them.result().value is None
    assert kept.validate()
    assert kept.result().value == ["Sold in the app", "Monthly"]
