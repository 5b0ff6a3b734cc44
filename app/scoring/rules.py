"""What can be asked about a contact's score."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.contacts.models import Contact
from app.rules import RuleUse, Subject, rule
from app.rules.past import Change, as_it_was
from app.rules.registry import COMPARISONS, compare
from app.scoring.models import ScoreLine

HOT, COLD = "score.became_hot", "score.became_cold"


@rule("score", _("Score"), value="number", ops=tuple(COMPARISONS), group="engagement")
def score(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return compare(use.op, _points(about), int(use.value or 0))


def _points(about: Subject) -> ColumnElement[int]:
    """Somebody's score: the sum of their live lines, which the contact keeps; as of then, of the lines live then."""
    if about.is_past:
        line = aliased(ScoreLine)
        live = (line.contact_id == about.contact_id, *about.so_far(line.at), about.not_yet(line.void_at))
        return select(func.coalesce(func.sum(line.points), 0)).where(*live).scalar_subquery()
    someone = aliased(Contact)
    return select(someone.score).where(someone.id == about.contact_id).scalar_subquery()


@rule(
    "hot",
    _("Is hot"),
    group="engagement",
    sentence=_("is hot"),
    waits_for=(HOT, COLD),
)
def hot(about: Subject, _use: RuleUse) -> ColumnElement[bool]:
    someone = aliased(Contact)
    is_hot = exists().where(someone.id == about.contact_id, someone.hot_since.is_not(None))
    if not about.is_past:
        return is_hot
    change = Change()
    was_before = change.is_kind(COLD)
    return as_it_was(about, change, (HOT, COLD), to=change.is_kind(HOT), before=was_before, still=is_hot)
