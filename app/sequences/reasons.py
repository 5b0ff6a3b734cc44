"""Why a sequence did or did not do something. What keeps a message from somebody is messaging's to say.

Behind the colon stands what is known of it: a local time (`reasons.moment`), a day, a name; of a rule its key, and what
it was used with, as in an address: `exit:tag.has?value=VIP`, `exit:membership.purchased?on=2026-06-03`.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlencode

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from app.messaging.models import EMAIL, IN_APP, SMS
from app.reasons import code, declare, moment, say, show_day, show_moment
from app.rules import RuleUse, UnknownRule
from app.rules.registry import find as find_rule
from app.sequences.builder import rule_words

__all__ = ["PUT_OFF", "TAKEN_OVER", "about_rule", "cap_said", "code", "is_act", "moment", "rule_said", "say"]

# In a sentence, of any number.
_CHANNELS = {EMAIL: _("e-mails"), SMS: _("SMS"), IN_APP: _("in-app messages")}


def about_rule(use: RuleUse, on: date | None = None) -> str:
    """A rule as a reason keeps it, and the day on which what it speaks of was done."""
    said = {"op": use.op, "value": use.value, "not": "1" if use.negate else None, "on": on.isoformat() if on else None}
    known = {name: value for name, value in said.items() if value not in {None, ""} if value != []}
    return f"{use.rule}?{urlencode(known, doseq=True)}" if known else use.rule


def is_act(use: RuleUse) -> bool:
    """Whether a rule speaks of something done at an instant, whatever it was done with: bought, booked, replied."""
    declared = find_rule(use.rule)
    return declared.windows and declared.sentence is not None and not use.value and not use.negate


def rule_said(about: str) -> str:
    """A rule in the words of a reason: "bought a membership on 3 June"."""
    key, _mark, query = about.partition("?")
    known = parse_qs(query)
    use = RuleUse.model_construct(
        rule=key, op=known.get("op", [None])[0], value=known.get("value"), since=None, negate="not" in known
    )
    try:
        words = rule_words.rule(use)
    except UnknownRule:
        return key
    words = words[:1].lower() + words[1:]
    return gettext("%(what)s on %(day)s", what=words, day=show_day(known["on"][0])) if "on" in known else words


def cap_said(about: str) -> str:
    """A cap in words: "email 2 7" is "2 e-mails in 7 days"."""
    channel, most, days = about.split()
    messages = {
        EMAIL: lambda: ngettext("%(num)s e-mail", "%(num)s e-mails", int(most)),
        SMS: lambda: ngettext("%(num)s SMS", "%(num)s SMS", int(most)),
        IN_APP: lambda: ngettext("%(num)s in-app message", "%(num)s in-app messages", int(most)),
    }[channel]()
    return str(ngettext("%(messages)s a day", "%(messages)s in %(num)s days", int(days), messages=messages))


def _channel(channel: str) -> str:
    return str(_CHANNELS.get(channel, channel))


declare("exit", _("Exit condition met"), _("Exit condition met: %(about)s"), rule_said)
declare("stopped", _("Stopped by another system"), _("Stopped by %(about)s"))
declare("kept_out", _("Kept out"), _("Kept out: %(about)s"), rule_said)
declare(
    "once",
    _("Has been through once, and this sequence takes each person once only"),
    _("Has been through, begun on %(about)s, and this sequence takes each person once only"),
    show_day,
)
declare("inactive", _("The sequence was paused then"))
declare("paused", _("The sequence is paused"))
declare(
    "was_paused",
    _("The sequence was paused when it was due"),
    _("The sequence was paused when it was due, %(about)s"),
    show_moment,
)
declare("suite_off", _("The marketing suite is switched off"))
declare(
    "suite_was_off",
    _("The marketing suite was switched off then"),
    _("The marketing suite was switched off when it was due, %(about)s"),
    show_moment,
)
declare("disabled", _("The step is switched off"))
declare("too_late", _("Its time had passed already"), _("Its time had passed already: %(about)s"), show_moment)
declare("no_anchor", _("There is no date to count from"))
declare(
    "date_gone", _("What it counts from was cancelled"), _("What it counts from, %(about)s, was cancelled"), show_moment
)
declare("not_the_one", _("Another visit is the one it is about"))
declare("came_back", _("Came back"), _("Came back on %(about)s"), show_day)
declare(
    "outside_hours",
    _("Outside sending hours: it would have come too late"),
    _("Outside sending hours: %(about)s would have been too late"),
    show_moment,
)
declare("deferred", _("Waits for the sending hours"), _("Waits for the sending hours: %(about)s"), show_moment)
declare("no_open_lead", _("The contact has no open lead"))
declare("no_assignee", _("Nobody to give the task to"), _("Nobody to give the task to: “%(about)s” does not exist"))
declare("no_such", _("What it names does not exist any more"), _("“%(about)s” does not exist any more"))
declare("error", _("An error"), _("An error: %(about)s"))
declare("step_gone", _("The step has been deleted"), _("The step is no longer there in version %(about)s"))
declare("step_removed", _("The step they waited on was removed"), _("The step they waited on was removed: “%(about)s”"))
declare("sequence_gone", _("The sequence has been deleted"))
declare("repeated", _("Held back: the same words had just gone to the same person"))
declare("fused", _("The fuse has paused the sequence"))

# How often (BEY-16). The first three put a message off.
PUT_OFF = (
    declare("pressure", _("Has had enough for now"), _("Has had enough for now: at most %(about)s"), cap_said),
    declare("gives_way", _("Gives way to another message"), _("Gives way to “%(about)s”, which goes first")),
    declare("busy", _("Another message to the same person is just leaving")),
)
declare(
    "lapsed",
    _("Lapsed: it would have come too late"),
    _("Lapsed: at most %(about)s, and it does not keep that long"),
    cap_said,
)
declare("capped_to_none", _("Sequences send nothing of the kind"), _("Sequences send no %(about)s"), _channel)
TAKEN_OVER = declare(
    "taken_over", _("Held: somebody is writing to them"), _("Held by %(about)s, who is writing to them")
)
declare(
    "held_too_long", _("Held until it was too late"), _("Held by %(about)s, who wrote to them, until it was too late")
)
declare("passed_over", _("Skipped by hand"), _("Skipped by %(about)s"))
declare(
    "missed",
    _("Nothing ran when it was due, and it would come too late"),
    _("Nothing ran when it was due, %(about)s, and it would come too late"),
    show_moment,
)
declare(
    "spread",
    _("Nothing ran when it was due: it leaves in its turn"),
    _("Nothing ran when it was due: it leaves in its turn, %(about)s"),
    show_moment,
)
declare("asked", _("Nothing ran when it was due: somebody has to say whether it is still sent"))
declare("not_sent_late", _("Not sent late"), _("Not sent late, said %(about)s"))
