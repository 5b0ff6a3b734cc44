"""Lifecycle stages and the board of contacts by stage."""

from app.lifecycle import models

__all__ = ["models"]
