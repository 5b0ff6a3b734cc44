"""What sequences do with somebody, on their profile: the runs, and what was to begin one and did not (BEY-02)."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from app import panels
from app.apps import suite
from app.contacts.models import Contact
from app.sequences import insiders, outsiders

MOST_RUNS, MOST_REFUSALS = 8, 5


def about_contact(contact: Contact) -> Markup:
    """Nothing where no sequence ever had to do with them."""
    if not current_user.may("sequences.see") or not suite.is_on():
        return Markup()
    runs = insiders.runs_of(contact, limit=MOST_RUNS)
    refusals = outsiders.refusals_of(contact, limit=MOST_REFUSALS)
    if not runs and not refusals:
        return Markup()
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "sequences/_panel.html",
            contact=contact,
            runs=runs,
            refusals=refusals,
            names=insiders.step_names(runs),
        )
    )


panels.register(panels.Panel("contact", "sequences", 20, about_contact))
