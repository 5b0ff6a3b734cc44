"""Forms about what guards messages: the studio's settings, and the policy for late ones wherever it is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from app.sequences.builder import choices
from app.sequences.builder.wait_form import UNITS, amount_of
from app.sequences.lateness import ASK, SKIP, Late, SendWithin
from app.sequences.safety import Safety
from app.sequences.waits import Duration, Wait

WITHIN = "within"
POLICIES = [(WITHIN, _("Send it late, up to")), (SKIP, _("Skip it, with the reason")), (ASK, _("Ask me"))]


class LateFields(Form):
    """What becomes of a message that was due while nothing ran."""

    late = SelectField(_("Due while nothing ran"), choices=choices.options(POLICIES))
    late_amount = IntegerField(_("How long"), [Optional(), NumberRange(1, 5000)], default=6)
    late_unit = SelectField(_("Unit"), choices=UNITS, default="hours")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """A length where the policy has one. An empty field asks its own validators nothing."""
        is_fine = super().validate(extra_validators)
        if self.late.data == WITHIN and not self.late_amount.data and not self.late_amount.errors:
            self.late_amount.errors = [_("Say how long.")]
            return False
        return is_fine

    def read_late(self, policy: Late | None) -> None:
        """Show a policy; None where there is none of its own."""
        self.late.data = WITHIN if isinstance(policy, SendWithin) else policy or ""
        if isinstance(policy, SendWithin):
            longest = Wait(**policy.send_within.model_dump())
            self.late_amount.data, self.late_unit.data = amount_of(longest)

    def policy(self) -> Late | None:
        """The policy the fields say."""
        if self.late.data == WITHIN:
            return SendWithin(send_within=Duration.model_validate({self.late_unit.data: self.late_amount.data}))
        return self.late.data or None


class SafetyForm(LateFields):
    """What keeps sequences from doing harm, for the whole studio."""

    window = IntegerField(_("The same words to the same person once in"), [Optional(), NumberRange(1, 720)])
    burst = IntegerField(_("Late messages a minute, at most"), [Optional(), NumberRange(1, 10_000)])

    def read(self, known: Safety) -> None:
        """Show what is set."""
        self.window.data, self.burst.data = known.window_hours, known.burst
        self.read_late(known.late)

    def wanted(self) -> Safety:
        """What the fields say."""
        policy = self.policy()
        own = {} if policy is None else {"late": policy}
        return Safety(window_hours=self.window.data, burst=self.burst.data, **own)
