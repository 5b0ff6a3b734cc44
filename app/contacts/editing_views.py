"""What is done to one person: added, edited, tagged, unsubscribed, erased."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import web
from app.contacts import consent, custom_fields, details, erase, people, queries, tags
from app.contacts.forms import ConsentForm, EditForm, PersonForm, edit_form, tidy
from app.contacts.models import CONSENTS, Contact, Tag
from app.contacts.views import beside, bp
from app.db import db
from app.staff.models import Location

LONGEST_TAG = 80


@bp.get("/clients/new")
@web.needs("contacts.edit")
def new_client() -> Response:
    return web.page("contacts/new.html", form=PersonForm(locations=_locations(), data={"location": _own_location()}))


@bp.post("/clients/new")
@web.needs("contacts.edit")
def create_client() -> Response:
    """Put somebody on the client list without any purchase (CUS-03)."""
    form = PersonForm(locations=_locations())
    if not form.validate():
        return web.page("contacts/new.html", status=422, form=form)
    contact, is_added = people.add_client(form.as_details(), by=current_user)
    said = _("%(name)s is on the client list.") if is_added else _("%(name)s was on the client list already.")
    flash(said % {"name": contact.name})
    return web.go(url_for("contacts.show", contact_id=contact.id))


@bp.get("/contacts/<int:contact_id>/details")
@web.needs("contacts.edit")
def edit(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    return web.page("contacts/edit.html", contact=contact, form=_edit_form(contact))


@bp.post("/contacts/<int:contact_id>/details")
@web.needs("contacts.edit")
def save(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    form = _edit_form(contact)
    status = 422
    if form.validate():
        try:
            details.change_details(contact, form.as_changes(), by=current_user, believed_rev=form.believed_rev)
            return web.go(url_for("contacts.show", contact_id=contact.id))
        except details.AddressTaken as taken:
            form[taken.which].errors = [str(taken)]
        except details.ChangedMeanwhile as changed:
            status = changed.status
            form.form_errors = [str(changed)]
    return web.page("contacts/edit.html", status=status, contact=contact, form=form)


@bp.get("/contacts/<int:contact_id>/erasure")
@web.needs("contacts.erase")
def confirm_erasure(contact_id: int) -> Response:
    return web.page("contacts/erasure.html", contact=queries.get_contact(contact_id, seen_by=current_user))


@bp.post("/contacts/<int:contact_id>/erasure")
@web.needs("contacts.erase")
def erase_contact(contact_id: int) -> Response:
    erase.erase_contact(queries.get_contact(contact_id, seen_by=current_user), by=current_user)
    flash(_("The personal data is gone."))
    return web.go(url_for("contacts.index"))


@bp.post("/contacts/<int:contact_id>/tags")
@web.needs("contacts.edit")
def add_tag(contact_id: int) -> Response:
    """Put a tag on a contact by its name; a name that is new makes a new tag (TAG-06)."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    name = (tidy(request.form.get("name")) or "")[:LONGEST_TAG]
    tags.add_tags([contact.id], tags.find_or_create_tags([name]), by=current_user)
    return _tags_of(contact)


@bp.post("/contacts/<int:contact_id>/tags/<int:tag_id>/removal")
@web.needs("contacts.edit")
def remove_tag(contact_id: int, tag_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    tags.remove_tags([contact.id], [db.get_or_404(Tag, tag_id)], by=current_user)
    return _tags_of(contact)


@bp.get("/contacts/<int:contact_id>/consent/<any({}):kind>".format(", ".join(CONSENTS)))
@web.needs("contacts.edit")
def ask_consent(contact_id: int, kind: str) -> Response:
    """On what ground somebody is subscribed again, before it is done."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    return web.page("contacts/consenting.html", contact=contact, kind=kind, form=ConsentForm())


@bp.post("/contacts/<int:contact_id>/consent/<any({}):kind>".format(", ".join(CONSENTS)))
@web.needs("contacts.edit")
def give_consent(contact_id: int, kind: str) -> Response:
    """The round arrow (UNS-02). Who did it, and why they think they may, is in the ledger."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    form = ConsentForm()
    if not form.validate():
        return web.page("contacts/consenting.html", status=422, contact=contact, kind=kind, form=form)
    note = ": ".join(part for part in (form.ground.data, form.note.data) if part)
    consent.give(contact, [kind], by=current_user, via="staff", note=note)
    return web.trigger(_consent_of(contact), "modal-close")


@bp.post("/contacts/<int:contact_id>/consent/<any({}):kind>/withdrawal".format(", ".join(CONSENTS)))
@web.needs("contacts.edit")
def withdraw_consent(contact_id: int, kind: str) -> Response:
    """The cross beside a subscription (UNS-01): that one only."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    consent.withdraw(contact, [kind], by=current_user, via="staff")
    return _consent_of(contact)


def _tags_of(contact: Contact) -> Response:
    db.session.expire(contact, ["tags"])
    back = url_for("contacts.show", contact_id=contact.id)
    return web.trigger(
        web.reply("contacts/_tags.html", back=back, contact=contact, **beside(contact)), "contact-changed"
    )


def _consent_of(contact: Contact) -> Response:
    back = url_for("contacts.show", contact_id=contact.id)
    return web.trigger(web.reply("contacts/_consent.html", back=back, contact=contact), "contact-changed")


def _edit_form(contact: Contact) -> EditForm:
    return edit_form(contact, custom_fields.all_fields(), _locations())


def _locations() -> list[Location]:
    return list(db.session.scalars(select(Location).order_by(Location.name)))


def _own_location() -> int | str:
    """Where somebody new most likely belongs: the place of a pre-filtered colleague, or the only one there is."""
    return current_user.only_location_id or ""
