"""What a role may be allowed, and what the built-in roles are (ROLE-03)."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

EVERYTHING = "*"

PERMISSIONS: dict[str, LazyString] = {
    "dashboard.see": _("See the dashboard"),
    "activity.see": _("See the activity feed"),
    "inbox.use": _("Read and answer the inbox"),
    "tasks.use": _("See and complete tasks"),
    "contacts.see": _("See contacts and clients"),
    "contacts.edit": _("Edit contacts, tags and subscriptions"),
    "contacts.erase": _("Erase personal data"),
    "leads.see": _("See leads of one’s own"),
    "leads.see_all": _("See everybody’s leads"),
    "leads.edit": _("Edit leads"),
    "leads.import": _("Import leads from a file, and take imports back"),
    "leads.configure": _("Set up stages, sources, forms and round-robin"),
    "lifecycle.see": _("See the lifecycle board and its figures"),
    "memberships.see": _("See memberships, packs and their orders"),
    "memberships.sell": _("Take money for orders, and cancel them"),
    "memberships.edit": _("Set up memberships, packs and products"),
    "sequences.see": _("See sequences"),
    "sequences.edit": _("Build, publish and stop sequences"),
    "messages.see": _("See all sent messages"),
    "messages.send_many": _("Write to many people at once"),
    "settings.see": _("See settings"),
    "settings.edit": _("Change settings"),
    "plan.change": _("Change the plan of the account"),
    "staff.manage": _("Manage staff accounts and roles"),
    "api.manage": _("Manage API tokens"),
    "sandbox.use": _("Move the sandbox clock"),
}

_FRONT_DESK = [
    "dashboard.see",
    "activity.see",
    "inbox.use",
    "tasks.use",
    "contacts.see",
    "contacts.edit",
    "leads.see",
    "leads.see_all",
    "leads.edit",
    "memberships.see",
    "memberships.sell",
    "messages.send_many",
    "sandbox.use",
]

# key, name, permissions
BUILT_IN: list[tuple[str, str, list[str]]] = [
    ("owner", "Owner", [EVERYTHING]),
    ("admin", "Admin", [EVERYTHING]),
    ("manager", "Manager", sorted(set(PERMISSIONS) - {"staff.manage", "api.manage", "plan.change"})),
    ("front_desk", "Front desk", _FRONT_DESK),
    ("agent", "Agent", ["inbox.use", "tasks.use", "contacts.see", "contacts.edit", "leads.see", "leads.edit"]),
    ("teacher", "Teacher", ["tasks.use"]),
]


def allows(granted: Collection[str], permission: str) -> bool:
    """Whether a role's permissions include one. Raises KeyError for a permission that does not exist."""
    if permission not in PERMISSIONS:
        raise KeyError(f"no such permission: {permission}")
    return EVERYTHING in granted or permission in granted
