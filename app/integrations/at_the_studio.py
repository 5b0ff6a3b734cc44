"""Paying at the desk, in cash or by card: the way to pay that needs no other service."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.studio.checkout_models import Order


class AtTheStudio:
    """Nothing happens on the web: the order is reserved until somebody of the staff has taken the money."""

    key = "studio"
    label = _l("Pay at the studio")
    hint = _l("In cash or by card, next time you are here.")

    def begin(self, _order: Order) -> None:
        """Nothing is asked of the buyer now."""
