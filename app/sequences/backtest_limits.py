"""What a backtest does not know, said of the draft at hand and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import graph
from app.sequences.engine.program import Program

ENGAGEMENT = frozenset({"message.opened", "message.clicked", "message.replied"})
CAUSES = frozenset({"tag.add", "tag.remove", "lead.create", "lead.update", "lifecycle.move"})


def of(program: Program, document: graph.Document) -> list[str]:
    """What to know when reading the figures, in sentences."""
    return list(_said(program, document))


def _said(program: Program, document: graph.Document) -> Iterator[str]:
    uses = list(_uses(program))
    timeless = sorted({str(find_rule(use.rule).label) for use in uses if not find_rule(use.rule).has_past})
    if timeless:
        yield _("Answered as things are today, for nothing keeps their past: %(rules)s.", rules=", ".join(timeless))
    actions = [place.step for place in graph.walk(document) if isinstance(place.step, graph.ActionStep)]
    if any(step.do in CAUSES for step in actions):
        yield _("What its own steps change (tags, leads, stages) is not taken into account by its later conditions.")
    waits_for = {awaited.kind for awaited in program.awaited}
    if waits_for & ENGAGEMENT or any(use.rule in ENGAGEMENT for use in uses):
        yield _("Who would have opened or answered its messages is not known: only what really was counts.")
    if any(step.action.channel is not None for step in actions):
        yield _("Addresses are today’s; other sequences’ messages, and a limit on all of them together, are left out.")
    if program.trigger.key == "segment.entered":
        yield _("Who came into the segment is known only for the days on which this sequence was at work.")
    if program.trigger.key in {"client.birthday", "client.date_field"}:
        yield _("The dates are those that people have today.")
    if program.number is not None:
        yield _("Bookings are counted in the order of the times they have now.")


def _uses(program: Program) -> Iterator[RuleUse]:
    for question in (*program.exits, *program.questions.values()):
        yield from question.rules
