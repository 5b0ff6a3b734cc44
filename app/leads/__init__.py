"""Leads: sources, stages, forms, assignment, the board."""

from app.leads import board, capture, conversion, models, queries, round_robin, rules

__all__ = ["board", "capture", "conversion", "models", "queries", "round_robin", "rules"]
