"""What a list is narrowed by beyond its own filters: rules, as they stand in its address and in segments (SEG-05)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, false

from app import rules
from app.rules import RuleUse, Subject
from app.rules.registry import find

MOST = 20
LONGEST = 6_000  # characters in an address
LARGEST_NUMBER = 1_000_000_000
STAGE = "lifecycle.stage"  # only some may ask for it (ROLE-04)

ALL, ANY = "all", "any"

_USES = TypeAdapter(list[RuleUse])


def read(said: str, *, with_stages: bool = True) -> list[RuleUse] | None:
    """The rules an address says; None where it says something that cannot be asked.

    Without stages for those who may not see the lifecycle (ROLE-04): to them a list is as if they had not been asked.
    """
    if len(said) > LONGEST:
        return None
    try:
        uses = _USES.validate_json(said)
    except ValidationError:
        return None
    if len(uses) > MOST or not all(is_sound(use) for use in uses):
        return None
    return [use for use in uses if with_stages or use.rule != STAGE]


def dump(uses: Sequence[RuleUse]) -> list[dict[str, Any]]:
    """Rules as they are stored."""
    return [use.model_dump(mode="json", by_alias=True, exclude_defaults=True) for use in uses]


def write(uses: Sequence[RuleUse]) -> str:
    """Rules as they stand in an address; nothing for none."""
    return json.dumps(dump(uses), separators=(",", ":"), ensure_ascii=False) if uses else ""


def is_sound(use: RuleUse) -> bool:
    """Whether a rule can be asked as it is: compared in a way it knows, with a value of its kind."""
    rule = find(use.rule)
    if rule.of_run or (use.op is not None and use.op not in rule.ops):
        return False
    if rule.value == "number":
        return _is_number(use.value)
    values = use.value if isinstance(use.value, list) else [use.value]
    return all(one is None or isinstance(one, str | bool) or _is_number(one) for one in values)


def expression(uses: Sequence[RuleUse] | None, about: Subject, match: str) -> ColumnElement[bool]:
    """The SQL of rules. What could not be read holds for nobody: a list must never be wider than it says."""
    return rules.expression(uses, about, match) if uses is not None else false()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER
