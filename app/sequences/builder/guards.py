"""What guards the messages of a step: whether the same words may go again."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Form

from app.sequences.actions.messages import MessageParams
from app.sequences.graph import ActionStep, AnyStep


class GuardForm(Form):
    """The guards of one step that writes to people."""

    repeat = BooleanField(_("May say the same again at once"))

    def read(self, params: MessageParams) -> None:
        """Show the guards of a step."""
        self.repeat.data = params.repeat

    def values(self) -> dict[str, Any]:
        """The parameters as they stand in a document; what is as usual is left out."""
        return {"repeat": True} if self.repeat.data else {}


def form_of(step: AnyStep, given: Any) -> GuardForm | None:
    """The form for a step; `given` is what somebody has sent. None for one that writes to nobody."""
    if not isinstance(step, ActionStep) or not isinstance(step.params, MessageParams):
        return None
    form = GuardForm(given, prefix="guard")
    if given is None:
        form.read(step.params)
    return form
