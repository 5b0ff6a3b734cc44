"""Twilio's stand-in: its REST API on a loopback port, its webhooks, and its failures on request."""

from __future__ import annotations

import base64
import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.harness import twilio_wire as wire
from tests.harness.twilio_wire import ApiError, Sms

ACCOUNT_SID = "AC" + "7e57" * 8
AUTH_TOKEN = "the-token-of-the-tests"
NUMBER = "+33755530001"

_STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}
_START_WORDS = {"START", "YES", "UNSTOP"}


@dataclass(frozen=True)
class Answer:
    """What the product answered to a webhook."""

    status: int
    text: str


Post = Callable[[str, Mapping[str, str], Mapping[str, str]], Answer]


def post_over_http(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Call a webhook as Twilio does. A test without a web server puts its test client here instead."""
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), dict(headers))  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - our own address
            return Answer(response.status, response.read().decode())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, refusal.read().decode())


@dataclass
class TwilioStandIn:
    """The provider of a test: `twilio.sent_to(phone)`, `twilio.receives_sms(from_=phone, text="STOP")`."""

    post: Post = post_over_http
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    webhook_url: str = ""  # where inbound messages go, as the studio would set it in Twilio's console
    messages: list[Sms] = field(default_factory=list)
    recordings: dict[str, bytes] = field(default_factory=dict)  # voicemails, by their SID
    _refusals: dict[str, int] = field(default_factory=dict)
    _mute: set[str] = field(default_factory=set)
    _outage: ApiError | None = None
    _opted_out: set[str] = field(default_factory=set)

    account_sid = ACCOUNT_SID
    auth_token = AUTH_TOKEN
    number = NUMBER

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Api,), {"twilio": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def clear(self) -> None:
        """Forget every message, all failures asked for, and who texted STOP."""
        self.messages.clear()
        self.recordings.clear()
        self._refusals.clear()
        self._mute.clear()
        self._opted_out.clear()
        self._outage = None

    @property
    def url(self) -> str:
        """The address as TWILIO_BASE_URL takes it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What the product sent

    def sent_to(self, phone: str) -> list[Sms]:
        """The messages a phone got from the product, oldest first."""
        return [sms for sms in self.messages if sms.to == phone and sms.direction == "outbound-api"]

    # What happens to people's phones

    def receives_sms(self, from_: str, text: str, *, signed: str | None = None) -> Answer:
        """A client texts the studio. `signed` replaces the true signature, for forgeries.

        Like the real one, Twilio itself remembers who texts STOP or START and refuses to send to them.
        """
        word = text.strip().upper()
        if word in _STOP_WORDS:
            self._opted_out.add(from_)
        elif word in _START_WORDS:
            self._opted_out.discard(from_)
        sms = Sms(self.account_sid, self.number, from_, text, self.now(), direction="inbound", status="received")
        self.messages.append(sms)
        return self._call(self.webhook_url, _inbound_form(sms), signed)

    def reports(
        self, sms: Sms, status: str, *, error_code: int | None = None, signed: str | None = None
    ) -> Answer | None:
        """The network tells what became of a message: sent, delivered, undelivered or failed.

        Answers what the product said to its status callback, None when it asked for none.
        """
        sms.status, sms.error_code = status, error_code
        return self._call(sms.callback, _status_form(sms), signed) if sms.callback else None

    def tells_of_call(self, url: str, form: Mapping[str, str], *, signed: str | None = None) -> Answer:
        """A call comes in, has been dialled on, or has left a recording: what Twilio posts to one of our addresses."""
        return self._call(url, {"AccountSid": self.account_sid, "To": self.number} | dict(form), signed)

    # Failures

    def refuses(self, phone: str, code: int) -> None:
        """Answer sending to a phone with one of `twilio_wire.ERRORS` from now on."""
        self._refusals[phone] = code

    def is_down(self, code: int = 20500) -> None:
        """Answer everything with an error, until `recovers`."""
        self._outage = wire.ERRORS[code]

    def recovers(self) -> None:
        self._outage = None
        self._mute.clear()

    def takes_without_a_word(self, phone: str) -> None:
        """Take messages to a phone, then hang up before saying so: the sender cannot know what became of them."""
        self._mute.add(phone)

    # The API

    def create(self, form: Mapping[str, str]) -> Sms:
        wire.refuse_nonsense(form, self.number)
        to = form["To"]
        if to in self._opted_out:
            raise wire.ERRORS[21610]
        if to in self._refusals:
            raise wire.ERRORS[self._refusals[to]]
        sms = Sms(self.account_sid, to, form["From"], form["Body"], self.now(), callback=form.get("StatusCallback"))
        self.messages.append(sms)
        return sms

    def find(self, sid: str) -> Sms:
        for sms in self.messages:
            if sms.sid == sid:
                return sms
        raise wire.ERRORS[20404]

    def is_mute_for(self, phone: str) -> bool:
        return phone in self._mute

    def refuse_strangers(self, authorization: str) -> None:
        """Check a request's basic authentication. Raises ApiError, also while the service is down."""
        if self._outage is not None:
            raise self._outage
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if authorization != f"Basic {expected}":
            raise wire.ERRORS[20003]

    def _call(self, url: str, form: Mapping[str, str], signed: str | None) -> Answer:
        true = wire.signature(self.auth_token, url, form)
        return self.post(url, form, {"X-Twilio-Signature": true if signed is None else signed})


def _inbound_form(sms: Sms) -> dict[str, str]:
    return {
        "ToCountry": "FR",
        "SmsMessageSid": sms.sid,
        "NumMedia": "0",
        "SmsSid": sms.sid,
        "SmsStatus": "received",
        "Body": sms.text,
        "FromCountry": "FR",
        "To": sms.to,
        "NumSegments": str(sms.segments),
        "MessageSid": sms.sid,
        "AccountSid": sms.account_sid,
        "From": sms.from_,
        "ApiVersion": wire.API,
    }


def _status_form(sms: Sms) -> dict[str, str]:
    form = {
        "SmsSid": sms.sid,
        "SmsStatus": sms.status,
        "MessageStatus": sms.status,
        "To": sms.to,
        "MessageSid": sms.sid,
        "AccountSid": sms.account_sid,
        "From": sms.from_,
        "ApiVersion": wire.API,
    }
    return form if sms.error_code is None else form | {"ErrorCode": str(sms.error_code)}


class _Api(BaseHTTPRequestHandler):
    """The few resources the product uses, below /2010-04-01/Accounts/SID."""

    twilio: TwilioStandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        recording = re.fullmatch(rf"/{wire.API}/Accounts/{self.twilio.account_sid}/Recordings/(\w+)\.mp3", self.path)
        if recording is None:
            self._answer(self._read)
        else:
            self._play(recording[1])

    def do_POST(self) -> None:
        self._answer(self._write)

    def do_DELETE(self) -> None:
        self._answer(self._remove)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing: the tests' output is for the tests."""

    def _answer(self, act: Callable[[str, dict[str, str]], tuple[int, object]]) -> None:
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        length = int(self.headers.get("Content-Length", "0"))
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        try:
            self.twilio.refuse_strangers(self.headers.get("Authorization", ""))
            status, body = act(self._resource(address.path), query | form)
        except ApiError as error:
            status, body = error.status, error.as_json()
        if self.command == "POST" and self.twilio.is_mute_for(form.get("To", "")):
            self.close_connection = True
            return
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _play(self, sid: str) -> None:
        try:
            self.twilio.refuse_strangers(self.headers.get("Authorization", ""))
            status, content = 200, self.twilio.recordings[sid]
        except ApiError as error:
            status, content = error.status, b""
        except KeyError:
            status, content = 404, b""
        self.send_response(status)
        self.send_header("Content-Type", "audio/mpeg")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _resource(self, path: str) -> str:
        """The path below the account's own: "" (the account), "Messages", "Messages/SM…"."""
        own = re.fullmatch(rf"/{wire.API}/Accounts/{self.twilio.account_sid}(?:/(.+))?\.json", path)
        if own is None:
            raise wire.ERRORS[20404]
        return own[1] or ""

    def _read(self, resource: str, given: dict[str, str]) -> tuple[int, object]:
        if resource == "":
            return 200, {"sid": self.twilio.account_sid, "friendly_name": "Studio", "status": "active", "type": "Full"}
        if resource == "Messages":
            found = wire.sent_between(self.twilio.messages, given)
            return 200, wire.page_of(found, given, urllib.parse.urlsplit(self.path).path)
        if resource == "IncomingPhoneNumbers":
            number = {"sid": "PN" + "1" * 32, "phone_number": self.twilio.number, "capabilities": {"sms": True}}
            return 200, {"incoming_phone_numbers": [number], "page": 0, "page_size": 50, "next_page_uri": None}
        return 200, self._message(resource).as_json()

    def _write(self, resource: str, given: dict[str, str]) -> tuple[int, object]:
        if resource == "Messages":
            created = self.twilio.create(given)
            answer = created.as_json()
            created.status = "sent"  # the answer still said queued; a moment later it is on its way
            return 201, answer
        message = self._message(resource)
        message.text = given.get("Body", message.text)  # only ever used to empty it, for a person to be forgotten
        return 200, message.as_json()

    def _remove(self, resource: str, given: dict[str, str]) -> tuple[int, object]:
        self.twilio.messages.remove(self._message(resource))
        return 204, None

    def _message(self, resource: str) -> Sms:
        kind, _, sid = resource.partition("/")
        if kind != "Messages":
            raise wire.ERRORS[20404]
        return self.twilio.find(sid)
