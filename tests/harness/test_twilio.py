"""The stand-in must speak as Twilio does: its own client library is the judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.harness.twilio import Answer, TwilioStandIn

ANA = "+33612345678"
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)


class Studio:
    """A web server's place: takes the webhooks and checks their signature with Twilio's library."""

    def __init__(self) -> None:
        self.heard: list[Mapping[str, str]] = []

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        if not RequestValidator(TwilioStandIn.auth_token).validate(url, dict(form), headers["X-Twilio-Signature"]):
            return Answer(403, "")
        self.heard.append(form)
        return Answer(204, "")


class Elsewhere(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """Twilio's own HTTP client, sent to the stand-in's address."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        return super().request(
            method, self.base + url.removeprefix(f"https://{urlsplit(url).netloc}"), *args, **options
        )


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def provider(studio: Studio) -> Iterator[TwilioStandIn]:
    stand_in = TwilioStandIn(post=studio.post, now=lambda: NOON, webhook_url="https://studio.example/in?a=1")
    stand_in.start()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def client(provider: TwilioStandIn) -> Client:
    return Client(provider.account_sid, provider.auth_token, http_client=Elsewhere(provider.url))


def send(client: Client, to: str = ANA, body: str = "See you at 18:00", **options: str) -> Any:
    return client.messages.create(to=to, from_=TwilioStandIn.number, body=body, **options)


def test_a_message_is_taken_and_can_be_fetched(client: Client, provider: TwilioStandIn) -> None:
    sent = send(client, body="Zoé, see you 🧘")

    assert (sent.status, sent.num_segments, sent.direction) == ("queued", "1", "outbound-api")
    assert client.messages(sent.sid).fetch().status == "sent"
    assert [sms.text for sms in provider.sent_to(ANA)] == ["Zoé, see you 🧘"]


def test_messages_are_looked_up_by_phone_and_time_across_pages(client: Client) -> None:
    sids = {send(client).sid for _ in range(5)}
    send(client, to="+33600000000")

    found = client.messages.list(to=ANA, date_sent_after=NOON - timedelta(minutes=1), page_size=2)

    assert {sms.sid for sms in found} == sids
    assert client.messages.list(to=ANA, date_sent_after=NOON + timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [("0612345678", "Hi", 21211), (ANA, "", 21602), (ANA, "x" * 1601, 21617), ("+15005550009", "Hi", 21614)],
)
def test_what_cannot_be_sent_is_refused_with_twilios_code(
    client: Client, provider: TwilioStandIn, to: str, body: str, code: int
) -> None:
    provider.refuses("+15005550009", 21614)

    with pytest.raises(TwilioRestException) as refused:
        send(client, to=to, body=body)

    assert refused.value.code == code
    assert provider.messages == []


def test_a_wrong_token_is_refused(provider: TwilioStandIn) -> None:
    stranger = Client(provider.account_sid, "guess", http_client=Elsewhere(provider.url))

    with pytest.raises(TwilioRestException) as refused:
        send(stranger)

    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_who_texts_stop_cannot_be_written_to_until_start(client: Client, provider: TwilioStandIn) -> None:
    provider.receives_sms(from_=ANA, text=" stop ")
    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert refused.value.code == 21610

    provider.receives_sms(from_=ANA, text="START")
    assert send(client).sid


def test_webhooks_carry_a_signature_that_twilios_library_accepts(
    client: Client, provider: TwilioStandIn, studio: Studio
) -> None:
    send(client, status_callback="https://studio.example/status?m=7")
    [sms] = provider.sent_to(ANA)

    assert provider.reports(sms, "undelivered", error_code=30003) == Answer(204, "")
    assert provider.receives_sms(from_=ANA, text="Merci à vous") == Answer(204, "")
    assert provider.receives_sms(from_=ANA, text="Merci", signed="forged").status == 403
    assert [(one["SmsStatus"], one.get("ErrorCode"), one.get("Body")) for one in studio.heard] == [
        ("undelivered", "30003", None),
        ("received", None, "Merci à vous"),
    ]


def test_a_message_taken_without_a_word_can_still_be_looked_up(client: Client, provider: TwilioStandIn) -> None:
    provider.takes_without_a_word(ANA)

    with pytest.raises(requests.ConnectionError):
        send(client)

    assert len(client.messages.list(to=ANA)) == 1


def test_an_outage_ends(client: Client, provider: TwilioStandIn) -> None:
    provider.is_down()
    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert refused.value.status == 500

    provider.recovers()
    assert send(client).sid
