"""Points for engagement; who is hot."""

from app.scoring import models

__all__ = ["models"]
