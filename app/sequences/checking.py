"""What stands against a sequence: refused at once where it cannot be meant, found by the check before activation
otherwise. What is looked for is declared in `checks/`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from app.sequences import faults, formats, graph
from app.sequences.checks import ABOUT, CHECKS, SEVERITIES, Finding, Look
from app.sequences.checks.texts import PLACEHOLDER

__all__ = ["PLACEHOLDER", "Finding", "findings", "read"]


def read(given: Mapping[str, Any] | str | bytes) -> graph.Document:
    """Read a document from outside. Raises formats.Invalid for what is malformed or names what does not exist."""
    document = formats.parse(given)
    found = [*faults.reference_faults(document), *faults.variable_faults(document)]
    if found:
        raise formats.Invalid(found)
    return document


def findings(
    document: graph.Document, *, about: Collection[str] = ABOUT, sequence_id: int | None = None
) -> list[Finding]:
    """The pre-flight check (SEQ-24): what stops publishing first, then what warns, then what is to be known.

    `about`: what is looked at, the document alone, the studio around it, the people it would reach; see `checks`.
    `sequence_id`: whose document it is.
    """
    look = Look(document, sequence_id)
    found = [one for check in CHECKS.values() if check.about in about for one in check.run(look)]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))
