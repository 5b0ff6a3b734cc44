"""Points for engagement; who is hot."""

from app.scoring import cooling, ledger, models, rules

__all__ = ["cooling", "ledger", "models", "rules"]
