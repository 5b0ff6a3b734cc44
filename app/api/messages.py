"""The message log."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy import select

from app.api import paging
from app.api.contacts import show_many_messages
from app.api.operations import Answer, operation
from app.api.shapes import MessageOut
from app.messaging.models import Message


class MessageQuery(paging.Page):
    """How to narrow the messages."""

    channel: Literal["email", "sms", "in_app"] | None = None
    category: Literal["transactional", "sequence", "manual"] | None = None
    status: str | None = Field(None, max_length=12)
    sequence: int | None = Field(None, ge=1, le=2**63 - 1)


@operation("GET", "/messages", scope="messages:read", asks=MessageQuery, gives=MessageOut, is_list=True)
def list_messages(query: MessageQuery) -> Answer:
    """List messages, newest first."""
    rows = select(Message)
    for column, wanted in (
        (Message.channel, query.channel),
        (Message.category, query.category),
        (Message.status, query.status),
        (Message.sequence_id, query.sequence),
    ):
        if wanted is not None:
            rows = rows.where(column == wanted)
    return paging.page(rows, Message.id, query, show_many_messages)
