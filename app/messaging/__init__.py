"""Messages in and out, conversations, delivery, tracking, unsubscribing."""

from app.messaging import models

__all__ = ["models"]
