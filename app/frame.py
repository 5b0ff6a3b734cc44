"""What every page of the product has around it: menu, counts, banners, theme; and the addresses of its files.

Rooms hang their counts and banners in `app/badges.py` (`@badges.badge("inbox")`), so that the frame knows no room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from app import assets, badges, clock, i18n, navigation, reasons, web, web_filters
from app.apps import suite
from app.badges import Banner, Count
from app.db import db
from app.staff import studio as studio_settings
from app.staff.models import Location
from app.staff.studio import Studio
from app.web import signed_in

bp = Blueprint("frame", __name__)


@dataclass(frozen=True)
class Item:
    """An entry of the menu as this person sees it."""

    entry: navigation.Entry
    url: str
    is_current: bool
    count: Count | None = None


@dataclass(frozen=True)
class DrawnGroup:
    """A heading of the menu with the entries this person may open."""

    group: navigation.Group
    items: list[Item]

    @property
    def is_open(self) -> bool:
        return not self.group.is_folded or any(item.is_current for item in self.items)


class Frame:
    """The frame of the page at hand. Lazy: a partial that draws none of it pays for none of it."""

    @cached_property
    def menu(self) -> list[DrawnGroup]:
        return [drawn for group in navigation.MENU if (drawn := _drawn(group)).items]

    @cached_property
    def settings(self) -> DrawnGroup:
        return _drawn(navigation.SETTINGS)

    @cached_property
    def settings_item(self) -> Item | None:
        """The door to the settings: their own index where there is one, else the first page this person may open."""
        entry = navigation.SETTINGS_INDEX
        index = _item(entry) if _may_open(entry.endpoint) else None
        is_inside = any(item.is_current for item in self.settings.items)
        target = index or next(iter(self.settings.items), None)
        return Item(entry, target.url, is_inside or target.is_current) if target else None

    @cached_property
    def account(self) -> list[Item]:
        return _drawn(navigation.ACCOUNT).items

    @cached_property
    def phone_bar(self) -> list[Item]:
        known = {item.entry.endpoint: item for drawn in self.menu for item in drawn.items if not item.entry.is_alias}
        return [known[endpoint] for endpoint in navigation.PHONE_BAR if endpoint in known]

    @cached_property
    def banners(self) -> list[Banner]:
        return badges.banners()

    @cached_property
    def studio(self) -> Studio:
        return studio()

    @cached_property
    def locations(self) -> list[str]:
        return list(db.session.scalars(select(Location.name).order_by(Location.name)))

    @property
    def now(self) -> datetime:
        return clock.now()

    @property
    def is_sandbox(self) -> bool:
        return bool(current_app.config["SETTINGS"].encore_sandbox)

    @property
    def theme(self) -> str | None:
        """The theme to force; None leaves it to the system."""
        chosen = getattr(current_user, "theme", "system")
        return chosen if chosen in {"light", "dark"} else None

    def here_in(self, language: str) -> str:
        """The address of this very page in another language."""
        arguments = {**(request.view_args or {}), **request.args, "lang": language}
        return url_for(request.endpoint or "", **arguments)

    def count(self, key: str) -> Count | None:
        """What is counted under a key, for the person who looks."""
        return badges.count(key)

    def has(self, endpoint: str) -> bool:
        """Whether the application has this page and the viewer may open it."""
        return _may_open(endpoint)


@bp.get("/menu/counts")
@signed_in
def counts() -> Response:
    """The numbers of the menu anew, for a page that has stood open while things happened."""
    return make_response(render_template("nav/_counts.html"))


def studio() -> Studio:
    """The studio, read once a request."""
    if "studio" not in g:
        g.studio = studio_settings.studio()
    found: Studio = g.studio
    return found


def _drawn(group: navigation.Group) -> DrawnGroup:
    return DrawnGroup(group, [_item(entry) for entry in group.entries if _may_open(entry.endpoint)])


def _may_open(endpoint: str) -> bool:
    if endpoint not in current_app.view_functions:
        return False
    if endpoint.partition(".")[0] in navigation.NEEDS_SUITE and not suite.is_on():
        return False
    wanted = web.permission_of(endpoint)
    if wanted in {"public", "signed-in"}:
        return True
    return wanted is not None and current_user.is_authenticated and current_user.may(wanted)


def _item(entry: navigation.Entry) -> Item:
    is_current = not entry.is_alias and _is_current(entry)
    return Item(entry, url_for(entry.endpoint), is_current, badges.count(entry.badge))


def _is_current(entry: navigation.Entry) -> bool:
    """Whether the page at hand is this entry's, or one of its room that has no entry of its own."""
    here = request.endpoint or ""
    if here in navigation.ENDPOINTS:
        return here == entry.endpoint
    return entry.endpoint == navigation.home_of(here.partition(".")[0])


def _zone() -> ZoneInfo:
    return studio().tz


def _add_filters(app: Flask) -> None:
    filters: dict[str, Callable[..., Any]] = {
        "ago": lambda at: web_filters.ago(at, now=clock.now(), zone=_zone(), language=i18n.language()),
        "when": lambda at: web_filters.when(at, now=clock.now(), zone=_zone(), language=i18n.language()),
        "full_time": lambda at: web_filters.full_time(at, zone=_zone(), language=i18n.language()),
        "clock_time": lambda at: web_filters.clock_time(at, zone=_zone(), language=i18n.language()),
        "day": lambda at: web_filters.day(at, zone=_zone(), language=i18n.language()),
        "date": lambda day: web_filters.long_date(
            day, today=clock.now().astimezone(_zone()).date(), language=i18n.language()
        ),
        "money": lambda cents, currency="EUR": web_filters.money(cents, currency, language=i18n.language()),
        "number": lambda value: web_filters.number(value, language=i18n.language()),
        "initials": web_filters.initials,
        "hue": web_filters.hue,
        "attrs": web_filters.attrs,
        "accent_style": web_filters.accent_style,
        "fields_with_errors": web_filters.fields_with_errors,
        "reason": reasons.say,
        "reason_within": reasons.say_within,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals["field_attrs"] = web_filters.field_attrs


def init_app(app: Flask) -> None:
    assets.init_app(app)
    app.register_blueprint(bp)
    _add_filters(app)
    app.context_processor(lambda: {"frame": Frame()})
