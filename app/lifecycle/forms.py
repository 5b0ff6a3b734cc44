"""What is typed about stages: shape and cleaning."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.contacts.forms import tidy


class StageForm(FlaskForm):  # type: ignore[misc]
    """A stage, ordinary or lost. It needs a name (LIFE-07)."""

    emoji = StringField(_l("Emoji"), [Length(max=16, message=_l("One emoji is enough."))], [tidy])
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Type a name.")), Length(max=80, message=_l("At most 80 characters."))],
        [tidy],
    )
    description = TextAreaField(_l("Description"), [Length(max=500, message=_l("At most 500 characters."))], [tidy])


class DeleteStageForm(FlaskForm):  # type: ignore[misc]
    """What becomes of the contacts in a stage that is deleted (LIFE-17)."""

    move = BooleanField(_l("Assign them to another stage"))
    to = SelectField(_l("Stage"), validate_choice=False)
