"""Where things live: every page of the menu, said once. Pure data; `app/frame.py` draws it.

An entry whose page the application does not have is not drawn, nor is one whose page the viewer may not open: the page
itself says what it needs. The paths are those of NAV-01 to NAV-07: `Campaigns › Sequences` is a second way to one list.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One page. `badge` is the key of a count (`app/frame.py`), `covers` names further blueprints it stands for."""

    label: LazyString
    icon: str
    endpoint: str
    badge: str | None = None
    section: LazyString | None = None
    covers: tuple[str, ...] = ()
    is_first_hand: bool = False  # also on the icon rail, where there is room for few
    is_alias: bool = False  # a second path: never the one marked as current

    @property
    def room(self) -> str:
        """The blueprint that the page is in."""
        return self.endpoint.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A heading of the menu. A folded one opens when the page at hand is in it."""

    key: str
    label: LazyString
    entries: tuple[Entry, ...] = field(default=())
    is_folded: bool = False


HOME = Group(
    key="home",
    label=_l("Home"),
    entries=(
        Entry(label=_l("Dashboard"), icon="layout-dashboard", endpoint="dashboard.index", is_first_hand=True),
        Entry(
            label=_l("Inbox"),
            icon="message-circle",
            endpoint="inbox.index",
            badge="inbox",
            is_first_hand=True,
        ),
        Entry(label=_l("Tasks"), icon="checklist", endpoint="tasks.index", badge="tasks", is_first_hand=True),
        Entry(label=_l("Activity"), icon="timeline-event", endpoint="activity.index"),
    ),
)

CLIENTS = Group(
    key="clients",
    label=_l("Clients"),
    entries=(
        Entry(label=_l("Client list"), icon="users", endpoint="contacts.clients", is_first_hand=True),
        Entry(label=_l("Contacts"), icon="address-book", endpoint="contacts.index"),
        Entry(label=_l("Lifecycle"), icon="recycle", endpoint="lifecycle.index", is_first_hand=True),
        # Few can be written to without the marketing suite (MSG-06), so this stands here and not under Marketing.
        Entry(label=_l("Group messages"), icon="send", endpoint="groups.index"),
        Entry(label=_l("Tags"), icon="tags", endpoint="tags.index"),
        Entry(label=_l("Custom fields"), icon="input-search", endpoint="custom_fields.index"),
        Entry(label=_l("Intake forms"), icon="clipboard-text", endpoint="intake_forms.index"),
    ),
)

MARKETING = Group(
    key="marketing",
    label=_l("Marketing"),
    entries=(
        Entry(
            label=_l("Leads"),
            icon="user-star",
            endpoint="leads.index",
            badge="leads",
            is_first_hand=True,
        ),
        Entry(
            label=_l("Sequences"),
            icon="git-merge",
            endpoint="sequences.index",
            covers=("builder",),
            is_first_hand=True,
        ),
    ),
)

CAMPAIGNS = Group(
    key="campaigns",
    label=_l("Campaigns"),
    is_folded=True,
    entries=(Entry(label=_l("Sequences"), icon="git-merge", endpoint="sequences.index", is_alias=True),),
)

MEMBERSHIPS = Group(
    key="memberships",
    label=_l("Memberships"),
    is_folded=True,
    entries=(Entry(label=_l("Subscriptions & packs"), icon="ticket", endpoint="memberships.index"),),
)

STUDIO = Group(
    key="studio",
    label=_l("Studio configuration"),
    is_folded=True,
    entries=(
        Entry(
            label=_l("Lead forms"),
            icon="forms",
            endpoint="lead_forms.index",
            section=_l("Add to website"),
        ),
        Entry(label=_l("Email templates"), icon="template", endpoint="email_templates.index"),
    ),
)

APPS = Group(
    key="apps",
    label=_l("Apps & Integrations"),
    is_folded=True,
    entries=(
        Entry(label=_l("App store"), icon="apps", endpoint="app_store.index"),
        Entry(label=_l("Integrations"), icon="plug-connected", endpoint="integrations.index"),
    ),
)

# Rooms whose pages need the marketing suite (APP-02): all below these headings.
NEEDS_SUITE = frozenset(
    room for group in (MARKETING, CAMPAIGNS) for entry in group.entries for room in (entry.room, *entry.covers)
)

MENU = (HOME, CLIENTS, MARKETING, CAMPAIGNS, MEMBERSHIPS, STUDIO, APPS)

SETTINGS = Group(
    key="settings",
    label=_l("Settings"),
    entries=(
        Entry(label=_l("General configuration"), icon="adjustments-horizontal", endpoint="settings.general"),
        Entry(label=_l("Locations"), icon="map-pin", endpoint="settings.locations"),
        Entry(label=_l("Lead scoring"), icon="flame", endpoint="scoring.edit"),
        Entry(label=_l("Waiver"), icon="file-text", endpoint="waiver.edit"),
        Entry(label=_l("New-lead notifications"), icon="bell", endpoint="notifications.edit"),
        Entry(label=_l("Lifecycle"), icon="recycle", endpoint="lifecycle.settings"),
        Entry(label=_l("Messages"), icon="mail-forward", endpoint="messages.index"),
        Entry(label=_l("Phone number"), icon="phone", endpoint="phone_number.index"),
        Entry(
            label=_l("Cancellation policy"),
            icon="calendar-x",
            endpoint="cancellation_policy.edit",
            section=_l("Clients"),
        ),
        Entry(label=_l("Waitlist"), icon="hourglass-low", endpoint="waitlist.edit", section=_l("Clients")),
        Entry(label=_l("Staff accounts"), icon="users-group", endpoint="staff.accounts", section=_l("Team")),
        Entry(label=_l("Roles"), icon="shield-lock", endpoint="staff.roles", section=_l("Team")),
        Entry(
            label=_l("Switch to Studio account"), icon="arrow-up-right", endpoint="plan.index", section=_l("Account")
        ),
        Entry(label=_l("API"), icon="api", endpoint="settings.tokens", section=_l("Developers")),
        Entry(label=_l("Webhook secrets"), icon="key", endpoint="webhook_secrets.index", section=_l("Developers")),
    ),
)

ACCOUNT = Group(
    key="account",
    label=_l("Your account"),
    entries=(
        Entry(label=_l("Notifications"), icon="bell", endpoint="notifications.index", badge="notifications"),
        Entry(label=_l("Preferences"), icon="user-circle", endpoint="account.preferences"),
    ),
)

SETTINGS_INDEX = Entry(label=_l("Settings"), icon="settings", endpoint="settings.index")

PHONE_BAR = ("tasks.index", "inbox.index", "leads.index")  # and "More"; by endpoint, in thumb order

_ALL = tuple(entry for group in (*MENU, SETTINGS, ACCOUNT) for entry in group.entries if not entry.is_alias)

ENDPOINTS = frozenset(entry.endpoint for entry in (*_ALL, SETTINGS_INDEX))


def home_of(room: str) -> str | None:
    """The endpoint whose entry stands for a room's pages that have no entry of their own: its index, else its first."""
    entries = [entry.endpoint for entry in _ALL if room == entry.room or room in entry.covers]
    return next((endpoint for endpoint in entries if endpoint.endswith(".index")), next(iter(entries), None))
