"""What people do at the studio: bookings, visits, memberships, purchases."""

from app.studio import appointments, classes, erasing, models, panels, rules, sales

__all__ = ["appointments", "classes", "erasing", "models", "panels", "rules", "sales"]
