"""The lifecycle's stages: which there are, and which is the default."""

from __future__ import annotations

from pydantic import BaseModel
from sqlalchemy import select

from app.db import db
from app.lifecycle.models import LifecycleStage
from app.staff import studio

SETTING = "lifecycle"


class Lifecycle(BaseModel):
    """What the studio has set about its lifecycle."""

    is_shown: bool = True


def default_stage() -> LifecycleStage | None:
    """The stage a new contact gets, if one is set (LIFE-11, LIFE-12)."""
    return db.session.scalar(select(LifecycleStage).where(LifecycleStage.is_default))


def all_stages() -> list[LifecycleStage]:
    """Every stage in its order, the ordinary ones first, then the lost ones."""
    return list(
        db.session.scalars(
            select(LifecycleStage).order_by(LifecycleStage.is_lost, LifecycleStage.position, LifecycleStage.id)
        )
    )


def stage_by_key(key: str) -> LifecycleStage | None:
    return db.session.scalar(select(LifecycleStage).where(LifecycleStage.key == key))


def is_shown() -> bool:
    """Whether stages are shown in inbox and contacts (LIFE-01)."""
    return studio.get(SETTING, Lifecycle).is_shown
