"""Sequences: documents, engine, builder."""

from app.sequences import models

__all__ = ["models"]
