"""What people do at the studio: bookings, visits, memberships, purchases."""

from app.studio import classes, erasing, models, panels, rules, sales

__all__ = ["classes", "erasing", "models", "panels", "rules", "sales"]
