"""Tasks of the staff."""

from app.tasks import models

__all__ = ["models"]
