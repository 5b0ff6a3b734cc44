"""Steps as they come out of the add menu: valid, and plainly still to be written.

What is missing stands in square brackets, which the check before activation finds (SEQ-24).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from pydantic import TypeAdapter

from app.sequences.actions import webhook
from app.sequences.actions.registry import ACTIONS
from app.sequences.builder import choices, rule_forms
from app.sequences.graph import AnyStep, NoSuchStep, Step

_step: TypeAdapter[AnyStep] = TypeAdapter(Step)

SPLIT = "split"
CONDITION = "if:"


def step(kind: str) -> AnyStep:
    """A new step of a kind of the menu: an action's key, `split`, or `if:` with a rule. Raises NoSuchStep."""
    if kind == SPLIT:
        return _step.validate_python({"split": [{"share": 50}, {"share": 50}]})
    if kind.startswith(CONDITION):
        use = rule_forms.new_use(kind.removeprefix(CONDITION))
        return _step.validate_python({"if": {"rules": [use.model_dump(by_alias=True, exclude_unset=True)]}})
    if kind not in ACTIONS:
        raise NoSuchStep(kind)
    return _step.validate_python({"do": kind} | _beginnings(kind))


def _beginnings(kind: str) -> dict[str, Any]:
    hello, write = _("Hello ##{{first_name}},"), _("[your message]")
    beginnings: dict[str, Callable[[], dict[str, Any]]] = {
        "email": lambda: {"subject": _("[Subject]"), "html": f"<p>{hello}</p><p>{write}</p>"},
        "sms": lambda: {"body": f"{hello} {write}"},
        "in_app": lambda: {"body": f"{hello} {write}"},
        "task": lambda: {"title": _("[What is to be done]"), "assign": {"role": _first("role", prefer="Front desk")}},
        "tag.add": lambda: {"tags": [_first("tag") or _("New tag")]},
        "tag.remove": lambda: {"tags": [_first("tag") or _("New tag")]},
        "lead.create": lambda: {"source": _first("source")},
        "lead.update": lambda: {"stage": _first("lead_stage")},
        "lifecycle.move": lambda: {"stage": _first("lifecycle_stage")},
        "webhook": lambda: {"url": webhook.EXAMPLE},
    }
    return beginnings[kind]() if kind in beginnings else {}


def _first(kind: str, prefer: str | None = None) -> str:
    names = [value for value, _label in choices.of_kind(kind) or []]
    if prefer in names:
        return str(prefer)
    return names[0] if names else ""
