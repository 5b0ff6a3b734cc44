"""What guards the messages of a step: whether the same words may go again, and what becomes of late ones."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField

from app.sequences.actions.messages import MessageParams
from app.sequences.builder import choices
from app.sequences.graph import ActionStep, AnyStep
from app.sequences.lateness import SendWithin
from app.sequences.safety_forms import POLICIES, LateFields


class GuardForm(LateFields):
    """The guards of one step that writes to people."""

    repeat = BooleanField(_("May say the same again at once"))

    def offer(self) -> None:
        """Offer every policy for late messages, and none of its own."""
        self.late.choices = choices.options([("", _("As set under Safety")), *POLICIES])

    def read(self, params: MessageParams) -> None:
        """Show the guards of a step."""
        self.repeat.data = params.repeat
        self.read_late(params.late)

    def values(self) -> dict[str, Any]:
        """The parameters as they stand in a document; what is as usual is left out."""
        policy = self.policy()
        said = policy.model_dump(exclude_unset=True) if isinstance(policy, SendWithin) else policy
        return ({"repeat": True} if self.repeat.data else {}) | ({"late": said} if said else {})


def form_of(step: AnyStep, given: Any) -> GuardForm | None:
    """The form for a step; `given` is what somebody has sent: without these fields, they stay as they are. None for a
    step that writes to nobody.
    """
    if not isinstance(step, ActionStep) or not isinstance(step.params, MessageParams):
        return None
    is_sent = given is not None and "guard-late" in given
    form = GuardForm(given if is_sent else None, prefix="guard")
    form.offer()
    if not is_sent:
        form.read(step.params)
    return form
