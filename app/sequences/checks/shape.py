"""What stops publishing: a sequence that cannot run, or names what does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from app.sequences import faults, formats
from app.sequences.actions.registry import Fault
from app.sequences.checks.registry import ERROR, Finding, Look, check


@check("shape", ERROR)
def shape(look: Look) -> Iterator[Finding]:
    """What the shape of a document forbids: unknown rules, waits that the trigger has no date for."""
    yield from _said(formats.shape_faults(look.document))


@check("names", ERROR)
def names(look: Look) -> Iterator[Finding]:
    """Steps that name a person, a role, a source that does not exist."""
    yield from _said(faults.reference_faults(look.document))


@check("open", ERROR)
def left_open(look: Look) -> Iterator[Finding]:
    """Steps that lack what has to be there before they act: an address, a secret that is entered here."""
    yield from _said(faults.open_faults(look.document))


@check("trigger", ERROR)
def trigger(look: Look) -> Iterator[Finding]:
    """Filters that are missing, or name what does not exist."""
    yield from _said(faults.filter_faults(look.document))


@check("no_steps", ERROR)
def no_steps(look: Look) -> Iterator[Finding]:
    """Nothing to do."""
    if not look.document.steps:
        yield Finding(_("There are no steps yet."), hint=_("Press a plus sign on the canvas to add one."))


def _said(found: Iterable[Fault]) -> Iterator[Finding]:
    for fault in found:
        place = fault.step_id or ("trigger" if fault.pointer.startswith("/trigger") else "")
        yield Finding(fault.detail, place, about=fault.pointer + fault.detail)
