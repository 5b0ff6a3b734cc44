"""Why a message was not sent, in words. Stored in English, shown in the reader's language."""

from __future__ import annotations


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for "to be translated when shown"
    return sentence


UNSUBSCRIBED = {
    "email_marketing": N_("unsubscribed from marketing e-mail"),
    "email_transactional": N_("unsubscribed from transactional e-mail"),
    "sms_marketing": N_("unsubscribed from marketing SMS"),
    "sms_transactional": N_("unsubscribed from transactional SMS"),
}
NO_EMAIL = N_("no e-mail address")
NO_PHONE = N_("no phone number")
ADDRESS_BOUNCED = N_("the e-mail address does not exist any more")
TOO_LATE = N_("too late to be of use")
ERASED = N_("personal data erased")
ALLOWANCE_USED_UP = N_("SMS allowance used up")
NOTHING_TO_SAY = N_("nothing to say")
NOT_PREPARED = N_("could not be prepared")
CANCELLED = N_("cancelled before it was sent")
ANSWERED_BY_CARRIER = N_("the carrier has answered already")

RETRYING = N_("tried, will be tried again")
IN_DOUBT = N_("the connection broke while it was being sent: it may have arrived")
GIVEN_UP = N_("given up after several attempts")
MARKED_SENT = N_("marked as sent by the team")
