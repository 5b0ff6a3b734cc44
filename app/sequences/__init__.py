"""Sequences: documents, engine, builder."""

from app.sequences import actions, models, triggers

__all__ = ["actions", "models", "triggers"]
