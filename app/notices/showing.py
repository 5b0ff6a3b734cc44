"""A message as somebody will get it, of what is typed and not saved yet."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import force_locale

from app import clock
from app.contacts.models import Contact
from app.messaging import mail, segments
from app.messaging.models import TRANSACTIONAL
from app.notices import overview, texts, values
from app.notices.catalogue import VARIABLES, Notice
from app.notices.texts import Text
from app.notices.values import Occasion
from app.staff import studio


@dataclass(frozen=True)
class Preview:
    """A message filled in."""

    text: Text
    sheet: str  # the e-mail as HTML
    sms_size: segments.Size
    is_made_up: bool  # nothing of the kind has happened to them: the occasion is an example


def preview(notice: Notice, text: Text, contact: Contact, language: str) -> Preview:
    """A text of this message as this person would get it, told of the last such thing that happened to them."""
    happened = overview.occasion_of(notice, contact)
    occasion = happened or Occasion(notice, contact, {}, clock.now())
    (said,) = values.values_of([occasion])
    filled = texts.filled(notice, text, said | _examples(notice, said, language, all_of_them=happened is None))
    return Preview(filled, _sheet(filled, contact, language), segments.measure(filled.sms), happened is None)


def _examples(notice: Notice, said: dict[str, str], language: str, *, all_of_them: bool) -> dict[str, str]:
    """Examples of what nothing is known of."""
    with force_locale(language):
        return {key: str(VARIABLES[key].example) for key in notice.says if all_of_them and not said.get(key)}


def _sheet(filled: Text, contact: Contact, language: str) -> str:
    draft = mail.Draft(
        message_id=0,
        contact_id=contact.id,
        category=TRANSACTIONAL,
        kind="",
        to_name=contact.name,
        to_address=contact.email or "",
        reference="",
        subject=filled.subject,
        words=mail.Words(filled.body, ""),
        language=language,
    )
    stationery = mail.Stationery(studio.studio(), current_app.config["SETTINGS"].public_url)
    return stationery.preview(draft)
