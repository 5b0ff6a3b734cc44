"""What can be asked about a contact's score."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from app.contacts.models import Contact
from app.rules import RuleUse, Subject, rule
from app.rules.registry import COMPARISONS, compare


@rule("score", _("Score"), value="number", ops=tuple(COMPARISONS), group="engagement")
def score(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    someone = aliased(Contact)
    points = select(someone.score).where(someone.id == about.contact_id).scalar_subquery()
    return compare(use.op, points, int(use.value or 0))


@rule(
    "hot",
    _("Is hot"),
    group="engagement",
    sentence=_("is hot"),
    waits_for=("score.became_hot", "score.became_cold"),
)
def hot(about: Subject, _use: RuleUse) -> ColumnElement[bool]:
    someone = aliased(Contact)
    return exists().where(someone.id == about.contact_id, someone.hot_since.is_not(None))
