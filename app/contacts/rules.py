"""What can be asked about a contact as such: tags, location, consent, lifecycle stage, the studio's own fields.

Each looks through an alias of its own, so that it can be asked of a list of contacts as well as of an enrolment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from app.contacts.models import CONSENTS, Contact, Tag, contact_tag
from app.lifecycle.models import LifecycleStage
from app.rules import RuleUse, Subject, rule
from app.rules.past import Change, as_it_was
from app.rules.registry import COMPARISONS
from app.staff.models import Location

NO_STAGE = "none"

ADDED, REMOVED = "tag.added", "tag.removed"
GIVEN, WITHDRAWN = "consent.given", "consent.withdrawn"
MOVED = "lifecycle.stage_changed"

_NUMBER = "^-?[0-9]+([.][0-9]+)?(e[+-]?[0-9]+)?$"


def names(use: RuleUse) -> list[str]:
    """The names a use gives, as one or as a list, in lower case."""
    given = use.value if isinstance(use.value, list) else [use.value]
    return [str(one).strip().lower() for one in given if one not in {None, ""}]


@rule(
    "tag.has",
    _("Has the tag"),
    value="tag",
    group="contact",
    sentence=_("has the tag %(value)s"),
    waits_for=(ADDED, REMOVED),
)
def tag_has(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    if about.is_past:
        return or_(false(), *(_had_tag(about, name) for name in names(use)))
    return _tagged(about, names(use))


def _tagged(about: Subject, wanted: list[str]) -> ColumnElement[bool]:
    link = contact_tag.alias()
    return exists().where(
        link.c.contact_id == about.contact_id, Tag.id == link.c.tag_id, func.lower(Tag.name).in_(wanted)
    )


def _had_tag(about: Subject, name: str) -> ColumnElement[bool]:
    change = Change()
    return as_it_was(
        about,
        change,
        (ADDED, REMOVED),
        what=[func.lower(change.text("tag")) == name],
        to=change.is_kind(ADDED),
        before=change.is_kind(REMOVED),
        still=_tagged(about, [name]),
    )


@rule("client", _("Is a client"), group="contact", sentence=_("is a client"), waits_for=("client.created",))
def client(about: Subject, _use: RuleUse) -> ColumnElement[bool]:
    someone = aliased(Contact)
    since_then = [or_(someone.client_since.is_(None), *about.so_far(someone.client_since))] if about.is_past else []
    return exists().where(someone.id == about.contact_id, someone.is_client, *since_then)


@rule(
    "location",
    _("Home location"),
    value="location",
    group="contact",
    sentence=_("is at home in %(value)s"),
    has_past=False,
)
def location(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    someone = aliased(Contact)
    return exists().where(
        someone.id == about.contact_id,
        Location.id == someone.location_id,
        func.lower(Location.name).in_(names(use)),
    )


@rule(
    "consent",
    _("Is subscribed to"),
    value="consent",
    group="contact",
    sentence=_("is subscribed to %(value)s"),
    waits_for=(GIVEN, WITHDRAWN),
)
def consent(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    wanted = [one for one in names(use) if one in CONSENTS]
    if not wanted:
        return false()
    someone = aliased(Contact)
    return exists().where(someone.id == about.contact_id, and_(*(subscribed(about, someone, one) for one in wanted)))


def subscribed(about: Subject, someone: type[Contact], consent: str) -> ColumnElement[bool]:
    """Whether one of the four subscriptions runs; as of an instant gone by, whether it ran."""
    holds: ColumnElement[bool] = getattr(someone, consent)
    if not about.is_past:
        return holds
    change = Change()
    return as_it_was(
        about,
        change,
        (GIVEN, WITHDRAWN),
        what=[change.text("channel") == consent],
        to=change.is_kind(GIVEN),
        before=change.is_kind(WITHDRAWN),
        still=holds,
    )


@rule(
    "lifecycle.stage",
    _("Lifecycle stage"),
    value="lifecycle_stage",
    group="contact",
    sentence=_("is in the stage %(value)s"),
    waits_for=(MOVED,),
)
def lifecycle_stage(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether they are in one of these stages; "none" stands for none at all."""
    someone = aliased(Contact)
    wanted = names(use)
    is_wanted = or_(func.lower(LifecycleStage.name).in_(wanted), LifecycleStage.key.in_(wanted))
    if about.is_past:
        keys = select(LifecycleStage.key).where(is_wanted)
        stood_in = _stood_in(about, someone)
        held = or_(stood_in.in_(keys), stood_in == "") if NO_STAGE in wanted else stood_in.in_(keys)
        return exists().where(someone.id == about.contact_id, held)
    said: ColumnElement[bool] = someone.lifecycle_stage_id.in_(select(LifecycleStage.id).where(is_wanted))
    if NO_STAGE in wanted:
        said = or_(said, someone.lifecycle_stage_id.is_(None))
    return exists().where(someone.id == about.contact_id, said)


def _stood_in(about: Subject, someone: type[Contact]) -> ColumnElement[str]:
    """The key of the stage somebody was in then, which no renaming touches; empty for none."""
    change = Change()
    stage = aliased(LifecycleStage)
    return as_it_was(
        about,
        change,
        (MOVED,),
        to=change.text("to_key"),
        before=change.text("from_key"),
        still=func.coalesce(select(stage.key).where(stage.id == someone.lifecycle_stage_id).scalar_subquery(), ""),
    )


@rule(
    "custom",
    _("Custom field"),
    value="text",
    ops=tuple(COMPARISONS),
    group="contact",
    waits_for=("contact.changed",),
    has_past=False,
)
def custom(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """A field of the studio's own, `custom.FIELD`: numbers as numbers, all else as text; of several values one is
    enough, and "!=" holds where it is empty too.
    """
    someone = aliased(Contact)
    stored = someone.custom[use.rule.removeprefix("custom.")]
    compare = COMPARISONS["==" if use.op in {None, "!="} else use.op]
    wanted = use.value if isinstance(use.value, list) else [use.value]
    said = exists().where(
        someone.id == about.contact_id, or_(false(), *(_held(stored, one, compare) for one in wanted))
    )
    return ~said if use.op == "!=" else said


def _held(stored: Any, wanted: Any, compare: Callable[[Any, Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    text = func.lower(stored.as_string())
    if isinstance(wanted, bool):
        return text.in_(("true", "1") if wanted else ("false", "0"))  # SQLite gives what is true as 1
    if isinstance(wanted, int | float):
        # Only of numbers is a number made: PostgreSQL gives up the whole query for one that is none.
        return compare(case((text.regexp_match(_NUMBER), stored.as_float())), wanted)
    return compare(text, str(wanted).lower() if wanted is not None else "")
