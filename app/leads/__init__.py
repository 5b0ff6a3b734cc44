"""Leads: sources, stages, forms, assignment, the board."""

from app.leads import models

__all__ = ["models"]
