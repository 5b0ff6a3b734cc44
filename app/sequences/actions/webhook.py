"""The step that tells another system: a signed POST to an address, delivered by a worker (see `webhooks`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field, field_validator, model_validator

from app.sequences import webhook_queue, webhook_secrets
from app.sequences.actions.registry import DONE, Item, Outcome, Params, action

EXAMPLE = "https://example.com/your-address"

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]


class WebhookParams(Params):
    """`fields` are added to the body; their values may have variables. `signed_with` names the secret that signs it,
    which stands in no document (decision 28).
    """

    url: str = Field(min_length=1, max_length=500)
    method: Literal["POST"] = "POST"
    signed_with: str = Field(default="", max_length=60)
    fields: dict[Name, Annotated[str, Field(max_length=2000)]] = Field(default_factory=dict, max_length=30)

    @model_validator(mode="before")
    @classmethod
    def _tells_no_secret(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and "secret" in given:
            raise ValueError("a document holds no secret: leave it out, and name one kept here in signed_with")
        return given

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_good = False
        if not is_good or parts.username is not None or not value.isascii() or " " in value:
            raise ValueError("should be an address such as https://example.com/hook, without a user name")
        return value


def _open(params: WebhookParams) -> Iterator[tuple[str, str]]:
    if params.url == EXAMPLE:
        yield "url", str(_("Say to which address."))
    if params.signed_with and webhook_secrets.named(params.signed_with) is None:
        yield "signed_with", gettext("The secret “%(name)s” has not been entered here.", name=params.signed_with)


@action("webhook", _("Webhook"), icon="webhook", params=WebhookParams, group="staff", leaves_open=_open)
def call(items: Sequence[Item], now: datetime) -> list[Outcome]:
    """Queue a call for each; nothing leaves the house in the engine's transaction."""
    webhook_queue.queue_many(
        [
            webhook_queue.NewCall(
                enrolment_id=item.enrolment_id,
                step_id=item.step_id,
                sequence_id=item.sequence_id,
                revision_id=item.revision_id,
                contact_id=item.contact_id,
            )
            for item in items
        ],
        now,
    )
    return [DONE] * len(items)
