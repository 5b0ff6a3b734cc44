"""The ways to pay for an order. Each is an adapter in `app/integrations/`; the first of them is always there (GEN-09).

A card processor would be one more: `begin` answers the page where it takes the money, and its webhook calls
`orders.mark_paid`.
"""

from __future__ import annotations

from typing import Protocol

from flask_babel import LazyString

from app.studio.checkout_models import Order


class Payment(Protocol):
    """One way to pay."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> LazyString:
        """How buyers read it on the checkout."""

    @property
    def hint(self) -> LazyString:
        """What happens next, for buyers."""

    def begin(self, order: Order) -> str | None:
        """Begin to pay a new order. Answers the address where the buyer goes on, None where nothing is asked now."""


_payments: dict[str, Payment] = {}


def register(payment: Payment) -> None:
    _payments[payment.key] = payment


def offered() -> list[Payment]:
    """The ways to pay, in the order they were registered."""
    return list(_payments.values())


def known(key: str) -> Payment | None:
    """One of them, by its key; None for one that there is not (any more)."""
    return _payments.get(key)
