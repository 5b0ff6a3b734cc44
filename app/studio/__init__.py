"""What people do at the studio: bookings, visits, memberships, purchases."""

from app.studio import classes, models, sales

__all__ = ["classes", "models", "sales"]
