"""The messages the product sends by itself."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from app.api.operations import Answer, operation
from app.notices import setup
from app.notices.setup import Standing


class TemplateOut(BaseModel):
    """A transactional message: what sends it, by which ways it goes, what may stand in it."""

    id: str
    name: str
    group: str
    events: list[str]
    channels: list[str]
    on: list[str]
    hours_before: int | None
    variables: list[str]
    edited_at: datetime | None


@operation("GET", "/templates", scope="lists:read", gives=TemplateOut, is_list=True)
def list_templates() -> Answer:
    """The transactional messages: `channels` are the ways one may go, `on` those it goes."""
    items = [_template_out(standing).model_dump(mode="json") for standing in setup.all_standing().values()]
    return Answer({"items": items, "next_cursor": None})


def _template_out(standing: Standing) -> TemplateOut:
    notice = standing.notice
    return TemplateOut(
        id=notice.key,
        name=str(notice.name),
        group=notice.group,
        events=list(notice.events),
        channels=list(notice.channels),
        on=standing.channels,
        hours_before=standing.hours_before,
        variables=[one.key for one in notice.variables],
        edited_at=standing.edited_at,
    )
