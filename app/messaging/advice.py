"""What to do about a message that did not arrive, said where it was written (BEY-22)."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.messaging.models import BOUNCED, EMAIL, FAILED, SMS, UNCERTAIN, Message

_CHECK_NUMBER = _("Check the phone number with them.")
_LATER = _("Try again later, or another way.")

# By the code that the carrier's refusal begins with: Twilio's, or SMTP's.
_BY_CODE: dict[str, LazyString] = {
    "21610": _("They texted STOP to your number. Write by e-mail; only they can start SMS again, by texting START."),
    **dict.fromkeys(("21211", "21214", "21217", "21614", "30005", "30006"), _CHECK_NUMBER),
    **dict.fromkeys(("30003", "30008", "421", "451", "452"), _LATER),
}
_BY_STATUS: dict[str, LazyString] = {
    UNCERTAIN: _("It may have arrived. Ask before you write it again."),
    BOUNCED: _("Check the address with them. Until it is changed, nothing automatic goes there."),
}
_BY_CHANNEL: dict[str, LazyString] = {
    SMS: _("Write by e-mail instead."),
    EMAIL: _("Write by SMS instead."),
}


def what_to_do(message: Message) -> str:
    """One sentence for whoever wrote it; empty where there is nothing to do."""
    if message.status not in {FAILED, BOUNCED, UNCERTAIN}:
        return ""
    code = message.reason.partition(" ")[0]
    known = _BY_STATUS.get(message.status) or _BY_CODE.get(code) or _BY_CHANNEL.get(message.channel)
    return str(known or "")
