"""What people do at the studio: bookings, visits, memberships, purchases."""

from app.studio import models

__all__ = ["models"]
