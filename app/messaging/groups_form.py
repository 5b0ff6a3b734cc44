"""What one types into a message to several people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import AnyOf, Length

from app.messaging.groups import CHANNELS
from app.messaging.models import EMAIL
from app.messaging.outgoing import LONGEST_SUBJECT

LONGEST_TEXT = 20_000


class GroupForm(Form):
    """Saved as one types, so that nothing is missing but what cannot be stored; `groups.send` asks for the rest."""

    channel = StringField(_("Channel"), [AnyOf(CHANNELS)], default=EMAIL)
    subject = StringField(_("Subject"), [Length(max=LONGEST_SUBJECT)])
    text = TextAreaField(
        _("Message"),
        [Length(max=LONGEST_TEXT)],
        filters=[lambda typed: (typed or "").replace("\r\n", "\n").replace("\0", "")],
    )
