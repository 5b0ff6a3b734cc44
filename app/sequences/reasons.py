"""Why a sequence did or did not do something. What keeps a message from somebody is messaging's to say."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.reasons import code, declare
from app.rules.registry import UnknownRule
from app.rules.registry import find as find_rule

__all__ = ["code", "rule_name"]


def rule_name(key: str) -> str:
    """A rule's label in the words of a reason."""
    try:
        label = str(find_rule(key).label)
    except UnknownRule:
        return key
    return label[:1].lower() + label[1:]


declare("exit", _("Exit condition met"), _("Exit condition met: %(about)s"), rule_name)
declare("stopped", _("Stopped by another system"), _("Stopped by %(about)s"))
declare("once", _("Has been through once, and this sequence takes each person once only"))
declare("kept_out", _("Kept out"), _("Kept out: %(about)s"), rule_name)
declare("paused", _("The sequence is paused"))
declare("suite_off", _("The marketing suite was switched off"))
declare("disabled", _("The step is switched off"))
declare("too_late", _("Its time had passed already"))
declare("no_anchor", _("There is no date to count from"))
declare("date_gone", _("What it counts from was cancelled"))
declare("not_the_one", _("Another visit is the one it is about"))
declare("came_back", _("Came back"))
declare("outside_hours", _("Outside sending hours: it would have come too late"))
declare("deferred", _("Waits for the sending hours"))
declare("no_open_lead", _("The contact has no open lead"))
declare("no_assignee", _("Nobody to give the task to"))
declare("no_such", _("What it names does not exist any more"), _("“%(about)s” does not exist any more"))
declare("error", _("An error"), _("An error: %(about)s"))
declare("step_gone", _("The step has been deleted"))
declare("enrolment_over", _("The run had ended"))
