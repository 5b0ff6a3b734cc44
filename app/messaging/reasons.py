"""Why a message was not sent, or not yet. What a carrier answers ("550 No such user") is kept in its own words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.contacts import timeline
from app.contacts.models import CONSENTS
from app.reasons import code, declare


def _subscription(consent: str) -> str:
    return str(timeline.WORDS["channel"].get(consent, consent))


declare("unsubscribed", _("Unsubscribed"), _("Unsubscribed from %(about)s"), _subscription)
UNSUBSCRIBED = {consent: code("unsubscribed", consent) for consent in CONSENTS}
NO_EMAIL = declare("no_email", _("No e-mail address"))
NO_PHONE = declare("no_phone", _("No phone number"))
ADDRESS_BOUNCED = declare("address_bounced", _("The e-mail address does not exist any more"))
TOO_LATE = declare("not_in_time", _("Too late to be of use"))
ERASED = declare("erased", _("Personal data erased"))
ALLOWANCE_USED_UP = declare("allowance_used_up", _("SMS allowance used up"))
NOTHING_TO_SAY = declare("nothing_to_say", _("Nothing to say"))
NOT_PREPARED = declare("not_prepared", _("Could not be prepared"))
CANCELLED = declare("called_off", _("Called off before it was sent"))
ANSWERED_BY_CARRIER = declare("answered_by_carrier", _("The carrier has answered already"))

RETRYING = declare("retrying", _("Tried, will be tried again"))
IN_DOUBT = declare("in_doubt", _("The connection broke while it was being sent: it may have arrived"))
GIVEN_UP = declare("given_up", _("Given up after several attempts"))
MARKED_SENT = declare("marked_sent", _("Marked as sent by the team"))
