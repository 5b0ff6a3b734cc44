"""Tasks of the staff."""

from app.tasks import desk, models, queries

__all__ = ["desk", "models", "queries"]
