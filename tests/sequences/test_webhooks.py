"""Steps that tell other systems: signed, named, tried again, never into the house, and visible when they fail."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import threading
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.contacts import erase
from app.db import db
from app.demo import make
from app.integrations.webhooks import GuardedClient
from app.messaging.carriers import Undeliverable, Unreachable
from app.sequences import (
    checking,
    drafts,
    formats,
    publishing,
    secrets_in_use,
    simulating,
    tracing,
    webhook_secrets,
    webhooks,
)
from app.sequences.builder import forms
from app.sequences.models import Sequence
from app.sequences.webhook_queue import WebhookCall
from app.staff import tokens
from tests.harness.client import Client
from tests.harness.receiver import Receiver
from tests.harness.work import Workers
from tests.sequences.conftest import Live, only

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SECRET = "between us and nobody else"


def step(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"id": "tell", "do": "webhook", "url": receiver.url} | more


def the_call() -> WebhookCall:
    db.session.expire_all()
    return db.session.scalars(select(WebhookCall)).one()


def test_another_system_is_told_once_with_who_and_why(
    live: Live, workers: Workers, monday: ModuleType, receiver: Receiver
) -> None:
    webhook_secrets.keep("Till", SECRET, by=make.staff("Inès Garnier", "owner"))
    sequence = live(step(receiver, signed_with="till", fields={"offer": "A mat for ##{{first_name}}"}))
    ana = make.contact("Ana Duval")
    make.lead(ana)
    workers.run_until_idle()
    workers.run_until_idle()

    [call] = receiver.calls
    run = only(ana)
    assert call.headers["Idempotency-Key"] == call.body["id"] == f"encore-{run.id}-tell"
    assert call.headers["Content-Type"] == "application/json"
    assert call.body["contact"]["email"] == ana.email
    assert call.body["sequence"] == {"id": sequence.id, "title": sequence.title}
    assert call.body["event"]["kind"] == "lead.created"
    assert call.body["fields"] == {"offer": "A mat for Ana"}
    seconds = str(int(monday.now().timestamp()))
    signed = hmac.new(SECRET.encode(), f"{seconds}.".encode() + call.raw, hashlib.sha256).hexdigest()
    assert call.headers["Encore-Signature"] == f"t={seconds},v1={signed}"
    assert [(one.do, one.outcome) for one in tracing.account_of(run)] == [("webhook", "sent")]
    assert the_call().body == "", "what has arrived is kept no longer"


def test_without_a_secret_nothing_is_signed(live: Live, workers: Workers, receiver: Receiver) -> None:
    live(step(receiver))
    make.lead()
    workers.run_until_idle()

    assert "Encore-Signature" not in receiver.calls[0].headers


def test_a_system_that_is_down_is_called_again_under_the_same_name(
    live: Live, workers: Workers, monday: ModuleType, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    live(step(receiver))
    ana = make.lead().contact
    workers.run_until_idle()
    [waiting] = tracing.account_of(only(ana))
    assert (waiting.outcome, waiting.reason) == ("waiting", "Not reached (HTTP 500), will be tried again")

    monday.move(minutes=1)
    ana.first_name = "Changed"
    workers.run_until_idle()

    first, second = receiver.calls
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.raw == second.raw
    assert [one.outcome for one in tracing.account_of(only(ana))] == ["sent"]


def test_it_is_given_up_in_the_end_shown_and_tried_again_by_hand(
    live: Live, workers: Workers, monday: ModuleType, receiver: Receiver, client: Client
) -> None:
    receiver.statuses = [503] * 6
    sequence = live(step(receiver))
    ana = make.lead(make.contact("Ana Duval")).contact
    workers.run_until_idle()
    for hours in (1, 1, 1, 3, 13):
        monday.move(hours=hours)
        workers.run_until_idle()
    said = "The other system was not reached: HTTP 503"
    [entry] = tracing.account_of(only(ana))
    assert (entry.outcome, entry.reason) == ("failed", said)
    assert len(receiver.calls) == 6

    client.sign_in(make.staff("Inès Garnier", "owner"))
    page = client.get(f"/sequences/{sequence.id}/people?who=leads").text
    assert "1 webhook was given up" in page
    assert said[1:] in page
    assert said[1:] in client.get(f"/sequences/{sequence.id}/people/{only(ana).id}", headers=PARTIAL).text

    client.post(f"/sequences/{sequence.id}/webhooks/retry", headers=PARTIAL)
    workers.run_until_idle()
    assert the_call().status == "sent"
    assert "given up" not in client.get(f"/sequences/{sequence.id}/people?who=leads").text


@pytest.mark.parametrize(("status", "said"), [(302, "HTTP 302"), (404, "HTTP 404"), (410, "HTTP 410")])
def test_a_refusal_is_final_and_a_redirect_is_not_followed(
    live: Live, workers: Workers, receiver: Receiver, status: int, said: str
) -> None:
    receiver.statuses = [status]
    live(step(receiver))
    ana = make.lead().contact
    workers.run_until_idle()

    [entry] = tracing.account_of(only(ana))
    assert (entry.outcome, entry.reason) == ("failed", f"The other system refused it: {said}")
    assert [one.path for one in receiver.calls] == ["/hook"]


def test_a_system_that_never_answers_holds_up_nobody(live: Live, workers: Workers, receiver: Receiver) -> None:
    receiver.falls_silent()
    live(step(receiver))
    ana = make.lead().contact
    workers.run_until_idle()

    [entry] = tracing.account_of(only(ana))
    assert (entry.outcome, entry.reason) == ("waiting", "Not reached (no answer in time), will be tried again")


def test_an_answer_that_drips_is_cut_off(live: Live) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            connection, _address = server.accept()
            with connection:
                while not over.wait(0.05):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        threading.Thread(target=drip, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(Unreachable):
            GuardedClient(allows_loopback=True, seconds=0.4).post(url, b"{}", {})
        over.set()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - to be refused
        "::1",
        "::ffff:10.0.0.1",
        "fd00::1",
        "fe80::1",
        "224.0.0.1",
        "100.64.0.1",
    ],
)
def test_nothing_inside_the_house_can_be_called(address: str) -> None:
    with pytest.raises(Undeliverable, match="a private address"):
        GuardedClient(look_up=lambda _host, _port: [address]).post("http://inside.example/", b"{}", {})


def test_every_address_of_a_name_must_be_public() -> None:
    both = GuardedClient(look_up=lambda _host, _port: ["93.184.216.34", "10.0.0.1"])

    with pytest.raises(Undeliverable, match="a private address"):
        both.post("https://sly.example/", b"{}", {})


def test_a_name_is_looked_up_once_and_what_it_answers_later_gains_nothing(receiver: Receiver) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    client = GuardedClient(allows_loopback=True, look_up=lambda _host, _port: next(answers))

    client.post(receiver.url.replace("127.0.0.1", "rebinding.example"), b"{}", {})

    assert receiver.calls[0].headers["Host"].startswith("rebinding.example:")
    assert next(answers) == ["10.0.0.1"], "asked once"


def test_neither_body_nor_secret_is_logged(live: Live, workers: Workers, receiver: Receiver) -> None:
    receiver.statuses = [500]
    webhook_secrets.keep("Till", SECRET, by=make.staff("Inès Garnier", "owner"))
    live(step(receiver, signed_with="Till", fields={"note": "very private"}))
    with structlog.testing.capture_logs() as logged:
        make.lead()
        workers.run_until_idle()

    assert SECRET not in str(logged)
    assert "very private" not in str(logged)


def test_a_call_queued_for_somebody_who_is_erased_does_not_leave(
    live: Live, workers: Workers, monday: ModuleType, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    live(step(receiver))
    ana = make.lead().contact
    workers.run_until_idle()
    erase.erase_contact(ana, by=make.SYSTEM)
    monday.move(hours=1)
    workers.run_until_idle()

    assert len(receiver.calls) == 1
    assert (the_call().status, the_call().reason, the_call().body) == ("failed", "erased", "")


def test_a_worker_that_dies_while_calling_leaves_the_call_to_another(
    live: Live, workers: Workers, monday: ModuleType, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    live(step(receiver))
    make.lead()
    workers.run_until_idle()
    call = the_call()
    call.status, call.lease_until = "calling", monday.now()
    db.session.commit()
    monday.move(minutes=1)
    workers.run_until_idle()

    assert the_call().status == "sent"


@pytest.mark.req("BEY-06")
def test_a_simulation_shows_the_call_and_makes_none(live: Live, receiver: Receiver, monday: ModuleType) -> None:
    sequence = live(step(receiver))
    simulated = simulating.simulate(sequence, make.contact())

    assert [(one.do, one.outcome) for one in simulated.entries] == [("webhook", "sent")]
    assert receiver.calls == []
    assert db.session.scalars(select(WebhookCall)).all() == []


def test_documents_say_it_and_come_back_as_they_were() -> None:
    tell = {
        "id": "tell",
        "do": "webhook",
        "url": "https://till.example/hook",
        "signed_with": "Till",
        "fields": {"source": "Encore"},
    }
    document = formats.parse({"title": "x", "trigger": {"kind": "lead.created"}, "steps": [tell]})

    assert formats.dump(document)["steps"] == [tell]
    assert formats.parse(formats.to_yaml(document)) == formats.parse(json.loads(formats.to_json(document))) == document


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"url": "ftp://till.example"}, "/steps/0/url"),
        ({"url": "https://user:pass@till.example"}, "/steps/0/url"),
        ({"url": "https://"}, "/steps/0/url"),
        ({"url": "https://till.example:99999"}, "/steps/0/url"),
        ({"url": "https://till.example", "method": "GET"}, "/steps/0/method"),
        ({"url": "https://till.example", "fields": {"two words": "x"}}, "/steps/0/fields/two words/[key]"),
        ({}, "/steps/0/url"),
    ],
)
def test_what_cannot_be_called_is_refused_by_pointer(said: dict[str, Any], pointer: str) -> None:
    with pytest.raises(formats.Invalid) as refused:
        formats.parse({"title": "x", "trigger": {"kind": "lead.created"}, "steps": [{"do": "webhook"} | said]})

    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_the_builder_adds_it_asks_for_its_address_and_keeps_what_is_typed(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    sequence = make.sequence({"id": "sms", "do": "sms", "body": "Hi"}, active=False)
    client.post(f"/sequences/{sequence.id}/steps", data={"spot": "after:sms", "kind": "webhook"}, headers=PARTIAL)
    new = drafts.draft_of(sequence).steps[1]
    assert forms.shape_of(new) == "webhook"
    assert any("which address" in one.detail for one in checking.findings(drafts.draft_of(sequence)))

    form = {
        "url": "https://till.example/hook",
        "signed_with": "Till",
        "fields": "name: ##{{first_name}}\nsource: Encore",
    }
    url = f"/sequences/{sequence.id}/steps/{new.id}"
    answer = client.post(url, data=form | {"wait-way": "now"}, headers=PARTIAL)
    assert answer.status_code == 200, answer.text
    assert "https://till.example/hook" in client.get(url, headers=PARTIAL).text
    said = formats.dump(drafts.draft_of(sequence))["steps"][1]
    assert said == {
        "id": new.id,
        "do": "webhook",
        "url": "https://till.example/hook",
        "signed_with": "Till",
        "fields": {"name": "##{{first_name}}", "source": "Encore"},
    }
    wrong = client.post(url, data=form | {"wait-way": "now", "fields": "no colon"}, headers=PARTIAL)
    assert wrong.status_code == 422


# ---------------------------------------------------------------------- secrets (decision 28)


SECRETS = "/settings/webhook-secrets"
SIGNED = {"id": "tell", "do": "webhook", "url": "https://till.example/hook", "signed_with": "Till"}


def enter(client: Client, name: str = "Till", value: str = SECRET, **more: str) -> TestResponse:
    return client.post(SECRETS, data={"name": name, "value": value} | more, headers=PARTIAL)


def test_a_secret_is_entered_once_and_no_answer_carries_it_afterwards(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    enter(client)
    sequence = make.sequence(SIGNED)
    _token, key = tokens.create_token("Warehouse", ())
    db.session.commit()

    secret = webhook_secrets.named("TILL")
    assert secret is not None
    assert secret.value == SECRET
    answers = [
        client.get(address)
        for address in (
            SECRETS,
            f"{SECRETS}/{secret.id}",
            f"/sequences/{sequence.id}/document",
            f"/sequences/{sequence.id}/document?format=json",
            f"/sequences/{sequence.id}",
            f"/sequences/{sequence.id}/history",
        )
    ]
    answers.append(client.get(f"/api/v1/sequences/{sequence.id}", headers={"Authorization": f"Bearer {key}"}))
    answers.append(client.get(f"/sequences/{sequence.id}/steps/tell", headers=PARTIAL))
    assert [one.status_code for one in answers] == [200] * 8
    assert not any(SECRET in one.text for one in answers)
    assert "signed_with: Till" in answers[2].text
    assert sequence.title in answers[0].text, "the list says who signs with it"


def test_a_replaced_secret_signs_what_still_waits(
    live: Live, workers: Workers, monday: ModuleType, receiver: Receiver, client: Client
) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    enter(client)
    receiver.statuses = [500]
    live(step(receiver, signed_with="Till"))
    make.lead()
    workers.run_until_idle()
    secret = webhook_secrets.named("Till")
    assert secret is not None
    client.post(f"{SECRETS}/{secret.id}", data={"value": "another one altogether"}, headers=PARTIAL)
    monday.move(minutes=1)
    workers.run_until_idle()

    old, new = receiver.calls
    assert old.headers["Encore-Signature"] == webhooks.signature(SECRET, old.raw, monday.now() - timedelta(minutes=1))
    assert new.headers["Encore-Signature"] == webhooks.signature("another one altogether", new.raw, monday.now())


def test_a_file_names_a_secret_and_the_studio_is_told_to_enter_it(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    text = formats.to_yaml(
        formats.parse({"title": "From afar", "trigger": {"kind": "lead.created"}, "steps": [SIGNED]})
    )
    taken = client.post("/sequences/import", data={"text": text}, headers={"HX-Request": "true"})
    assert taken.status_code == 204, taken.text
    built = client.get(taken.headers["HX-Redirect"]).text
    assert "Enter the secret “Till” at its webhook first" in built
    sequence = db.session.scalars(select(Sequence)).one()

    missing = "The secret “Till” has not been entered here."
    assert [(one.severity, one.detail) for one in publishing.check(sequence)] == [("error", missing)]
    with pytest.raises(publishing.NotReady):
        publishing.activate(sequence)

    enter(client)
    publishing.activate(sequence)


@pytest.mark.parametrize("name", ["secret", "Secret"])
def test_a_document_that_holds_a_secret_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(formats.Invalid) as refused:
        formats.parse(
            {
                "title": "x",
                "trigger": {"kind": "lead.created"},
                "steps": [{"do": "webhook", "url": "https://till.example", name: SECRET}],
            }
        )

    assert [fault.pointer.startswith("/steps/0") for fault in refused.value.faults] == [True]
    assert SECRET not in str(refused.value)


def test_what_is_in_use_is_not_deleted(live: Live, client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    enter(client)
    sequence = live(SIGNED)
    secret = webhook_secrets.named("Till")
    assert secret is not None
    refused = client.post(f"{SECRETS}/{secret.id}/deletion", headers=PARTIAL)
    assert refused.status_code == 409
    assert f"In use by “{sequence.title}”" in json.loads(refused.headers["HX-Trigger"])["toast"]["text"]

    publishing.delete(sequence)
    assert secrets_in_use.uses() == {}
    assert client.post(f"{SECRETS}/{secret.id}/deletion", headers=PARTIAL).status_code == 200
    assert webhook_secrets.named("Till") is None


def test_a_secret_too_short_or_of_a_known_name_is_refused_by_its_field(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    enter(client)
    short, twice = enter(client, "Door", "short"), enter(client, "TILL")

    assert (short.status_code, twice.status_code) == (422, 422)
    assert "At least 12 characters" in short.text
    assert "There is a secret called “TILL” already." in twice.text
    assert SECRET not in twice.text


def test_entered_at_the_step_it_is_chosen_there(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    asked = client.get(f"{SECRETS}/new?for=step", headers=PARTIAL).text
    assert 'name="for" value="step"' in asked
    answer = enter(client, **{"for": "step"})

    assert answer.headers["HX-Retarget"] == "#signed-with"
    assert "modal-close" in answer.headers["HX-Trigger"]
    assert re.search(r"<option selected[^>]*>Till</option>", answer.text)
