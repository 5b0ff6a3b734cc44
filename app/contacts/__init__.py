"""People: one record each, with tags, custom fields, consent and segments."""

from app.contacts import models

__all__ = ["models"]
