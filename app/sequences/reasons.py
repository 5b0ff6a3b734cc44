"""Why something was or was not done, as stored and as said (BEY-02).

Stored is a stable code, with what it is about behind a colon: `exit:membership.purchased`. The sentence is made when
it is shown, in the reader's language. Messaging has reasons of its own ("unsubscribed", "no_address" …), which are
said here too where a step run carries them.
"""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.rules.registry import UnknownRule
from app.rules.registry import find as find_rule

LENGTH = 200  # of the columns that hold them

_SENTENCES: dict[str, LazyString] = {
    "exit": _("Exit condition met: %(about)s"),
    "stopped": _("Stopped by %(about)s"),
    "ended": _("Ended by the step “%(about)s”"),
    "once": _("Has been through once, and this sequence takes each person once only"),
    "kept_out": _("Kept out: %(about)s"),
    "paused": _("The sequence is paused"),
    "suite_off": _("The marketing suite was switched off"),
    "disabled": _("The step is switched off"),
    "too_late": _("Its time had passed already"),
    "no_anchor": _("There is no date to count from"),
    "date_gone": _("What it counts from was cancelled"),
    "not_the_one": _("Another visit is the one it is about"),
    "came_back": _("Came back"),
    "outside_hours": _("Outside sending hours: it would have come too late"),
    "deferred": _("Waits for the sending hours"),
    "no_email": _("No e-mail address"),
    "no_phone": _("No phone number"),
    "unsubscribed": _("Unsubscribed"),
    "erased": _("Personal data erased"),
    "no_open_lead": _("The contact has no open lead"),
    "no_assignee": _("Nobody to give the task to"),
    "has_tag": _("Had the tag already"),
    "has_no_tag": _("Did not have the tag"),
    "same_stage": _("Was in that stage already"),
    "no_such": _("“%(about)s” does not exist any more"),
    "repeated_lead": _("An open lead from this source existed already"),
    "error": _("An error: %(about)s"),
    "step_gone": _("The step has been deleted"),
    "enrolment_over": _("The run had ended"),
}


def code(what: str, about: object = "") -> str:
    """A reason to store. Raises KeyError for one that has no sentence."""
    if what not in _SENTENCES:
        raise KeyError(f"no sentence for the reason {what}")
    return (f"{what}:{about}" if about not in {"", None} else what)[:LENGTH]


def say(stored: str) -> str:
    """A stored reason as a sentence; what is no code of ours is shown as it stands."""
    what, _colon, about = stored.partition(":")
    sentence = _SENTENCES.get(what)
    if sentence is None:
        return stored
    shown = _ABOUT[what](about) if what in _ABOUT else about
    return str(sentence) % {"about": shown} if "%(" in str(sentence) else str(sentence)


def rule_name(key: str) -> str:
    """A rule's label in the words of a reason."""
    try:
        label = str(find_rule(key).label)
    except UnknownRule:
        return key
    return label[:1].lower() + label[1:]


_ABOUT: dict[str, Callable[[str], str]] = {
    "exit": rule_name,
    "kept_out": rule_name,
}
