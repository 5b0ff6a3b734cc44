"""What can be asked about a contact as such: tags, location, consent, lifecycle stage, the studio's own fields.

Each looks through an alias of its own, so that it can be asked of a list of contacts as well as of an enrolment.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from app.contacts.models import CONSENTS, Contact, Tag, contact_tag
from app.lifecycle.models import LifecycleStage
from app.rules import RuleUse, Subject, rule
from app.rules.registry import COMPARISONS
from app.staff.models import Location

NO_STAGE = "none"


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
    waits_for=("tag.added", "tag.removed"),
)
def tag_has(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    link = contact_tag.alias()
    return exists().where(
        link.c.contact_id == about.contact_id, Tag.id == link.c.tag_id, func.lower(Tag.name).in_(names(use))
    )


@rule("client", _("Is a client"), group="contact", sentence=_("is a client"), waits_for=("client.created",))
def client(about: Subject, _use: RuleUse) -> ColumnElement[bool]:
    someone = aliased(Contact)
    return exists().where(someone.id == about.contact_id, someone.is_client)


@rule("location", _("Home location"), value="location", group="contact", sentence=_("is at home in %(value)s"))
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
    waits_for=("consent.given", "consent.withdrawn"),
)
def consent(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    wanted = [one for one in names(use) if one in CONSENTS]
    if not wanted:
        return false()
    someone = aliased(Contact)
    return exists().where(someone.id == about.contact_id, and_(*(getattr(someone, one) for one in wanted)))


@rule(
    "lifecycle.stage",
    _("Lifecycle stage"),
    value="lifecycle_stage",
    group="contact",
    sentence=_("is in the stage %(value)s"),
    waits_for=("lifecycle.stage_changed",),
)
def lifecycle_stage(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whether they are in one of these stages; "none" stands for none at all."""
    someone = aliased(Contact)
    wanted = names(use)
    stages = select(LifecycleStage.id).where(
        or_(func.lower(LifecycleStage.name).in_(wanted), LifecycleStage.key.in_(wanted))
    )
    said: ColumnElement[bool] = someone.lifecycle_stage_id.in_(stages)
    if NO_STAGE in wanted:
        said = or_(said, someone.lifecycle_stage_id.is_(None))
    return exists().where(someone.id == about.contact_id, said)


@rule(
    "custom",
    _("Custom field"),
    value="text",
    ops=tuple(COMPARISONS),
    group="contact",
    waits_for=("contact.changed",),
)
def custom(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """A field of the studio's own, `custom.FIELD`: numbers as numbers, all else as text; "!=" holds where it is
    empty too.
    """
    someone = aliased(Contact)
    stored = someone.custom[use.rule.removeprefix("custom.")]
    is_number = isinstance(use.value, int | float) and not isinstance(use.value, bool)
    held: ColumnElement[Any] = stored.as_float() if is_number else func.lower(stored.as_string())
    wanted = use.value if is_number else _text(use.value)
    if use.op == "!=":
        return ~exists().where(someone.id == about.contact_id, held == wanted)
    return exists().where(someone.id == about.contact_id, COMPARISONS[use.op or "=="](held, wanted))


def _text(value: Any) -> str:
    return str(value).lower() if value is not None else ""
