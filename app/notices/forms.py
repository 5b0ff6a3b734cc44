"""What is typed about a message: shape and cleaning only."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FormField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.form import Form
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.i18n import LANGUAGES
from app.messaging.outgoing import LONGEST_SMS, LONGEST_SUBJECT
from app.notices.setup import MOST_HOURS, Standing
from app.notices.texts import Text, Texts

LONGEST_BODY = 10_000


def _at_most(length: int) -> Length:
    return Length(max=length, message=_l("At most %(max)d characters."))


class TextForm(Form):
    """One language."""

    subject = StringField(_l("Subject"), [DataRequired(_l("An e-mail needs a subject.")), _at_most(LONGEST_SUBJECT)])
    body = TextAreaField(_l("E-mail"), [DataRequired(_l("Write something.")), _at_most(LONGEST_BODY)])
    sms = TextAreaField(_l("SMS"), [Optional(), _at_most(LONGEST_SMS)])

    @property
    def text(self) -> Text:
        """What is typed, with lines ending as they do everywhere else."""
        return Text(
            subject=" ".join((self.subject.data or "").split()),
            body=(self.body.data or "").replace("\r\n", "\n").strip(),
            sms=" ".join((self.sms.data or "").split()),
        )


class NoticeForm(FlaskForm):  # type: ignore[misc]
    """Both languages, and when a reminder goes. `shown` is the language at hand."""

    shown = RadioField(_l("Language"), choices=[SelectChoice(*one) for one in LANGUAGES.items()], default="en")
    en = FormField(TextForm)
    fr = FormField(TextForm)
    hours_before = IntegerField(
        _l("Hours before"),
        [Optional(), NumberRange(1, MOST_HOURS, message=_l("Between 1 hour and 14 days (336 hours)."))],
    )

    @classmethod
    def of(cls, standing: Standing, texts: Texts, shown: str) -> NoticeForm:
        """The form as it is first shown."""
        begun: dict[str, Any] = {language: text.model_dump() for language, text in texts.items()}
        return cls(data=begun | {"shown": shown, "hours_before": standing.hours_before})

    @property
    def texts(self) -> Texts:
        return {language: self[language].form.text for language in LANGUAGES}
