"""What is typed about the waiver: its text, a note to those who are asked, a name below it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

LONGEST_NOTE = 1000


class WaiverForm(FlaskForm):  # type: ignore[misc]
    """The waiver. `after` is the number of the version that the page was drawn with."""

    title = StringField(_l("Title"), [DataRequired(_l("Give it a title.")), Length(max=120)])
    text = TextAreaField(_l("Text"), [DataRequired(_l("Write what your clients agree to.")), Length(max=50_000)])
    after = IntegerField(default=0, widget=HiddenInput())

    def overtaken(self, said: str, *, by: int) -> None:
        """Somebody else has saved first: say so, and let a second press come after theirs."""
        self.form_errors.append(said)
        self.after.data, self.after.raw_data = by, None


class RequestForm(FlaskForm):  # type: ignore[misc]
    """What the author adds to the request."""

    note = TextAreaField(_l("Note"), [Optional(), Length(max=LONGEST_NOTE)])


class SignatureForm(Form):
    """A signature. `number` is the version that was read."""

    name = StringField(
        _l("Your full name"),
        [DataRequired(_l("Type your name: it is your signature.")), Length(max=120)],
    )
    agrees = BooleanField(_l("I have read this text and I agree to it"), [DataRequired(_l("Tick this to sign."))])
    number = HiddenField()
