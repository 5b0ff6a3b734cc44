"""The end of a run, before the last step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _

from app.sequences.actions.registry import DONE, Item, Outcome, Params, action


class StopParams(Params):
    """Nothing to say."""


@action("stop", _("End the run"), icon="player-stop", params=StopParams, group="flow", ends=True)
def stop(items: Sequence[Item], _now: datetime) -> list[Outcome]:
    """Nobody goes on behind this step."""
    return [DONE] * len(items)
