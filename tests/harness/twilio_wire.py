"""Twilio's wire formats: the Messages resource, its errors, and the signature of its webhooks.

Written from Twilio's public reference and deliberately without its Python library, which the product uses: a mistake
about the protocol would otherwise agree with itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from math import ceil
from urllib.parse import urlencode

API = "2010-04-01"
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_GSM_LIKE = re.compile(r"[\x20-\x7e\n\r£¥èéùìòÇØøÅåÄÖÑÜ§¿äöñüàÉÆæß€]*")


@dataclass
class ApiError(Exception):
    """An answer that is not a success, as Twilio words it."""

    status: int
    code: int
    message: str

    def as_json(self) -> dict[str, object]:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more, "status": self.status}


# What sending can be refused with: https://www.twilio.com/docs/api/errors
ERRORS = {
    20003: ApiError(401, 20003, "Authenticate"),
    20404: ApiError(404, 20404, "The requested resource was not found"),
    20429: ApiError(429, 20429, "Too Many Requests"),
    20500: ApiError(500, 20500, "Internal Server Error"),
    21211: ApiError(400, 21211, "Invalid 'To' Phone Number"),
    21408: ApiError(403, 21408, "Permission to send an SMS has not been enabled for the region"),
    21602: ApiError(400, 21602, "Message body is required."),
    21604: ApiError(400, 21604, "A 'To' phone number is required."),
    21606: ApiError(400, 21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number"),
    21610: ApiError(400, 21610, "Attempt to send to unsubscribed recipient"),
    21614: ApiError(400, 21614, "'To' number is not a valid mobile number"),
    21617: ApiError(400, 21617, "The concatenated message body exceeds the 1600 character limit"),
}


@dataclass
class Sms:
    """One message, in either direction."""

    account_sid: str
    to: str
    from_: str
    text: str
    created_at: datetime
    direction: str = "outbound-api"
    status: str = "queued"
    callback: str | None = None
    error_code: int | None = None
    sid: str = field(default_factory=lambda: "SM" + secrets.token_hex(16))

    @property
    def segments(self) -> int:
        if _GSM_LIKE.fullmatch(self.text):
            return 1 if len(self.text) <= 160 else ceil(len(self.text) / 153)
        units = len(self.text.encode("utf-16-le")) // 2
        return 1 if units <= 70 else ceil(units / 67)

    def as_json(self) -> dict[str, object]:
        uri = f"/{API}/Accounts/{self.account_sid}/Messages/{self.sid}"
        when = format_datetime(self.created_at.astimezone(UTC))
        return {
            "account_sid": self.account_sid,
            "api_version": API,
            "body": self.text,
            "date_created": when,
            "date_sent": None if self.status in {"queued", "accepted"} else when,
            "date_updated": when,
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.from_,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(self.segments),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


def refuse_nonsense(form: Mapping[str, str], number: str) -> None:
    """What Twilio checks about a message before taking it. Raises ApiError."""
    to, text = form.get("To", ""), form.get("Body", "")
    if not to:
        raise ERRORS[21604]
    if not _E164.fullmatch(to):
        raise ERRORS[21211]
    if form.get("From") != number:
        raise ERRORS[21606]
    if not text:
        raise ERRORS[21602]
    if len(text) > 1600:
        raise ERRORS[21617]


def sent_between(messages: Sequence[Sms], query: Mapping[str, str]) -> list[Sms]:
    """The messages a list request asks for by To, From and DateSent, `DateSent>` (from) and `DateSent<` (until)."""
    found = list(messages)
    if "To" in query:
        found = [sms for sms in found if sms.to == query["To"]]
    if "From" in query:
        found = [sms for sms in found if sms.from_ == query["From"]]
    if "DateSent" in query:
        found = [sms for sms in found if sms.created_at.date().isoformat() == query["DateSent"][:10]]
    if "DateSent>" in query:
        found = [sms for sms in found if sms.created_at >= _instant(query["DateSent>"])]
    if "DateSent<" in query:
        found = [sms for sms in found if sms.created_at <= _instant(query["DateSent<"])]
    return sorted(found, key=lambda sms: sms.created_at, reverse=True)


def page_of(messages: Sequence[Sms], query: Mapping[str, str], path: str) -> dict[str, object]:
    """One page of a list, in the envelope that all lists of this API share. The other pages keep the question."""
    size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
    shown = messages[page * size : (page + 1) * size]
    more = len(messages) > (page + 1) * size

    def uri(number: int) -> str:
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

    return {
        "messages": [sms.as_json() for sms in shown],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(shown) - 1, 0),
        "uri": uri(page),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(page - 1) if page else None,
        "next_page_uri": uri(page + 1) if more else None,
    }


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """The X-Twilio-Signature of a webhook: HMAC-SHA1 of the address and the sorted fields, in base64."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _instant(text: str) -> datetime:
    """A query's time. Twilio takes a date or an instant, both in UTC."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
