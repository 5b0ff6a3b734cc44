"""What people do at the studio: bookings, visits, memberships, purchases."""

from app.studio import classes, models, rules, sales

__all__ = ["classes", "models", "rules", "sales"]
