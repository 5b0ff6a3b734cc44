"""Which webhooks sign with which secret: what is in use is not deleted, what is missing is said."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.db import db
from app.sequences import drafts, graph, webhook_secrets
from app.sequences.actions.webhook import WebhookParams
from app.sequences.models import Sequence, SequenceRevision
from app.sequences.webhook_secrets import WebhookSecret
from app.web import Refusal


class InUse(Refusal):
    """A sequence signs with it."""

    def __init__(self, titles: Collection[str]) -> None:
        said = ", ".join(f"“{title}”" for title in sorted(titles))
        super().__init__(_("In use by %(sequences)s. Let its webhook sign with another first.", sequences=said))


def forget(secret: WebhookSecret) -> None:
    """Delete a secret. Raises InUse while a sequence, live or as a draft, names it."""
    users = uses().get(secret.name.casefold())
    if users:
        raise InUse([one.title for one in users])
    db.session.delete(secret)


def uses() -> dict[str, list[Sequence]]:
    """Which sequences sign with which secret, live or as a draft, by its folded name: one query."""
    rows = db.session.execute(
        select(Sequence, SequenceRevision)
        .join(SequenceRevision, or_(SequenceRevision.id == Sequence.live_id, SequenceRevision.id == Sequence.draft_id))
        .where(Sequence.deleted_at.is_(None))
        .order_by(Sequence.title, Sequence.id)
    )
    found: dict[str, dict[int, Sequence]] = {}
    for sequence, revision in rows:
        for name in names_in(drafts.document_of(revision)):
            found.setdefault(name.casefold(), {})[sequence.id] = sequence
    return {name: list(users.values()) for name, users in found.items()}


def names_in(document: graph.Document) -> list[str]:
    """The secrets that a document's webhooks sign with, each once."""
    names = [
        place.step.params.signed_with
        for place in graph.walk(document)
        if isinstance(place.step, graph.ActionStep) and isinstance(place.step.params, WebhookParams)
    ]
    return list(dict.fromkeys(name for name in names if name))


def missing_in(document: graph.Document) -> list[str]:
    """The secrets that a document names and nobody has entered here."""
    known = webhook_secrets.values()
    return [name for name in names_in(document) if name.casefold() not in known]
