"""What a new installation has from its first day: roles, lead stages and sources, lifecycle stages, a location, ids."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.apps import classpass
from app.db import db
from app.leads.models import LeadSource, LeadStage
from app.lifecycle.models import LifecycleStage
from app.staff import permissions
from app.staff.models import Location, Role

# key, name, emoji, description, is it lost (LIFE-02, LIFE-03)
LIFECYCLE = (
    ("new_lead", "New lead", "🌱", "Has shown interest for the first time.", False),
    ("hot_lead", "Hot lead", "🔥", "Is keen and ready to take the next step.", False),
    ("payment", "Payment", "💳", "Weighs the offer; a payment is under way.", False),
    ("customer", "Customer", "🌿", "Has bought.", False),
    ("cold_lead", "Cold lead", "❄️", "Has lost interest.", True),
)

LEAD_STAGES = (
    ("new", "New", "🌱"),
    ("contacted", "Contacted", "👋"),
    ("trial_booked", "Trial booked", "🧘"),
    ("on_trial", "On trial", "✨"),
    ("won", "Won", "🌿"),
)

SOURCES = (
    ("dashboard", "Dashboard", "layout-dashboard"),
    ("abandoned_checkout", "Abandoned checkout", "shopping-cart"),
    ("website_form", "Website form", "forms"),
    ("api", "API", "webhook"),
)


def lay() -> None:
    """Bring a database with all its tables to the first day. What is there stays as it is; the caller commits."""
    if not _has(Role):
        db.session.add_all(
            Role(key=key, name=name, permissions=allowed, position=position)
            for position, (key, name, allowed) in enumerate(permissions.BUILT_IN)
        )
    if not _has(LifecycleStage):
        db.session.add_all(
            LifecycleStage(
                key=key,
                name=_(name),
                emoji=emoji,
                description=_(description),
                is_lost=is_lost,
                is_default=key == "new_lead",
                position=position,
            )
            for position, (key, name, emoji, description, is_lost) in enumerate(LIFECYCLE)
        )
    if not _has(LeadStage):
        db.session.add_all(
            LeadStage(key=key, name=_(name), emoji=emoji, position=position)
            for position, (key, name, emoji) in enumerate(LEAD_STAGES)
        )
    if not _has(LeadSource):
        db.session.add_all(
            LeadSource(key=key, name=_(name), icon=icon, position=position)
            for position, (key, name, icon) in enumerate(SOURCES)
        )
    if not _has(Location):
        db.session.add(Location(name=_("Main studio")))
    classpass.draw_host_id()
    db.session.flush()


def _has(model: type[Role | LifecycleStage | LeadStage | LeadSource | Location]) -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(model)))
