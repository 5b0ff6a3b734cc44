"""SMS through Twilio, and the voicemails it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from app.config import Settings
from app.messaging.carriers import Text, Undeliverable, Unreachable

TIMEOUT_SECONDS = 15
# Twilio's clock and ours may differ a little.
SKEW = timedelta(minutes=2)
LOOK_AT = 50

_CLIENT_ERROR = range(400, 500)
_TOO_MANY = 429
_NOT_OURS_TO_BLAME = {401, 403, 404, 408, _TOO_MANY}  # a wrong token or a pause asked for, not this message
_GATEWAY_LOST_IT = {502, 504}  # a front that may have passed the message on before it lost the answer
# Codes that refuse the number whatever is sent: https://www.twilio.com/docs/api/errors
_DEAD_NUMBERS = {21211, 21214, 21217, 21610, 21614}
_REFUSED_REGION = 21408


class _ElsewhereClient(TwilioHttpClient):  # type: ignore[misc] # the library has no types
    """Twilio's own HTTP client, speaking to the host it is told: `region` and `edge` can only name Twilio's."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS)
        self.base = urlsplit(base_url)
        self.session.trust_env = False  # the proxies of the environment are not for this

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        wanted = urlsplit(url)
        here = urlunsplit((self.base.scheme, self.base.netloc, self.base.path + wanted.path, wanted.query, ""))
        return super().request(method, here, *args, **options)


@dataclass(frozen=True)
class TwilioCarrier:
    """The account in the settings."""

    settings: Settings

    @cached_property
    def client(self) -> Any:
        return Client(
            self.settings.twilio_account_sid,
            self.settings.twilio_auth_token,
            http_client=_ElsewhereClient(self.settings.twilio_base_url),
        )

    def send(self, text: Text) -> str:
        try:
            sent = self.client.messages.create(
                to=text.to, from_=self.settings.twilio_from, body=text.body, status_callback=text.callback
            )
        except TwilioRestException as refusal:
            raise _failure(refusal) from refusal
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise Unreachable("Twilio cannot be reached") from error
        except requests.ConnectionError as error:
            raise Unreachable("Twilio cannot be reached", may_have_gone=_was_connected(error)) from error
        except (requests.RequestException, TwilioException) as error:
            raise Unreachable("Twilio did not answer", may_have_gone=True) from error
        return str(sent.sid)

    def find(self, text: Text, since: datetime | None) -> list[str]:
        try:
            sent = self.client.messages.list(
                to=text.to, from_=self.settings.twilio_from, limit=LOOK_AT, page_size=LOOK_AT
            )
        except (TwilioException, requests.RequestException) as error:
            raise Unreachable("Twilio cannot be asked what became of it") from error
        return [
            one.sid
            for one in sent
            if one.body == text.body and (since is None or (one.date_created or since) >= since - SKEW)
        ]


@dataclass(frozen=True)
class TwilioRecordings:
    """The voicemails of the account in the settings. Twilio shows them to nobody who does not sign in."""

    settings: Settings

    def fetch(self, recording_id: str) -> bytes:
        account, token = self.settings.twilio_account_sid or "", self.settings.twilio_auth_token or ""
        address = f"{self.settings.twilio_base_url}/2010-04-01/Accounts/{account}/Recordings/{recording_id}.mp3"
        with requests.Session() as session:
            session.trust_env = False  # the proxies of the environment are not for this
            try:
                answer = session.get(address, auth=(account, token), timeout=TIMEOUT_SECONDS)
                answer.raise_for_status()
            except requests.RequestException as error:
                raise Unreachable("Twilio does not have the recording") from error
        return answer.content


def _failure(refusal: TwilioRestException) -> Undeliverable | Unreachable:
    code = int(refusal.code or 0)
    if code == _REFUSED_REGION or (refusal.status in _CLIENT_ERROR and refusal.status not in _NOT_OURS_TO_BLAME):
        return Undeliverable(f"{code} {refusal.msg}", code=str(code), is_address_dead=code in _DEAD_NUMBERS)
    return Unreachable(f"Twilio: {refusal.status} {refusal.msg}", may_have_gone=refusal.status in _GATEWAY_LOST_IT)


def _was_connected(error: requests.ConnectionError) -> bool:
    """Whether the connection broke after it had stood: "refused" and "no such host" come before."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return type(reason).__name__ not in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}
