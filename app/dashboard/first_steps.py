"""What a new studio does first, on the dashboard until it is done or put away.

Each step is found done in the data itself, so that it does not matter how or by whom it was done.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel
from sqlalchemy import exists, select

from app.contacts.models import Contact
from app.db import db
from app.leads.models import LeadForm
from app.sequences.models import ACTIVE, Sequence
from app.staff.models import Staff
from app.staff.studio import Studio, get, put, studio

KEY = "first_steps"


class Guide(BaseModel, frozen=True):
    """Whether the first steps are still shown."""

    is_put_away: bool = False


@dataclass(frozen=True)
class Step:
    """One thing to do, the page it is done on, and what that page asks of a role."""

    key: str
    icon: str
    title: LazyString
    text: LazyString
    endpoint: str
    permission: str


STEPS = (
    Step(
        "studio",
        "adjustments-horizontal",
        _l("Say who you are"),
        _l("Your studio’s name, its address and the e-mail address that clients answer to."),
        "settings.general",
        "settings.edit",
    ),
    Step(
        "mail",
        "mail",
        _l("Let e-mails out"),
        _l("Until ENCORE_SMTP_URL names your mail server, they are only written to the outbox."),
        "messages.index",
        "messages.see",
    ),
    Step(
        "form",
        "forms",
        _l("Put a form on your website"),
        _l("Whoever fills it in is a lead, with somebody of the team to look after them."),
        "lead_forms.new",
        "leads.configure",
    ),
    Step(
        "people",
        "users",
        _l("Bring the people you know"),
        _l("Import a file of leads, or add somebody by hand."),
        "leads.imports",
        "leads.import",
    ),
    Step(
        "sequence",
        "git-merge",
        _l("Let a sequence answer"),
        _l("Take a ready-made one, read its messages, and switch it on."),
        "sequences.templates",
        "sequences.edit",
    ),
    Step(
        "team",
        "user-plus",
        _l("Invite your team"),
        _l("Each person has an account and a role, which says what they see."),
        "staff.accounts",
        "staff.manage",
    ),
)


@dataclass(frozen=True)
class Progress:
    """The steps of one person, and which of them are done."""

    steps: list[Step]
    done: set[str]

    @property
    def next(self) -> Step:
        return next(step for step in self.steps if step.key not in self.done)


def progress(seen_by: Staff) -> Progress | None:
    """The first steps of those who set the studio up. None where all are done, or nobody wants to see them any more.

    The demo has them all behind it.
    """
    if not seen_by.may("settings.edit") or current_app.config["SETTINGS"].encore_demo:
        return None
    if get(KEY, Guide).is_put_away:
        return None
    steps = [step for step in STEPS if seen_by.may(step.permission)]
    found = Progress(steps, _done())
    return found if any(step.key not in found.done for step in steps) else None


def put_away() -> None:
    """Show the first steps to nobody any more."""
    put(KEY, Guide(is_put_away=True))


def _done() -> set[str]:
    has_form, has_people, has_sequence, has_team = db.session.execute(
        select(
            exists(select(LeadForm.id)),
            exists(select(Contact.id)),
            exists(select(Sequence.id).where(Sequence.status == ACTIVE)),
            exists(select(Staff.id).offset(1)),
        )
    ).one()
    here, unset = studio(), Studio()
    found = {
        "studio": here.name != unset.name and here.email != unset.email and bool(here.address),
        "mail": current_app.config["SETTINGS"].encore_smtp_url is not None,
        "form": has_form,
        "people": has_people,
        "sequence": has_sequence,
        "team": has_team,
    }
    return {key for key, is_done in found.items() if is_done}
