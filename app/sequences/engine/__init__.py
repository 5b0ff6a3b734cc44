"""The engine: `enrol`, `follow`, `leave` and `wake_up` read events, `advance` moves people on, `prepare` has the last
word on what they are sent.
"""

from app.sequences.engine.advancing import advance
from app.sequences.engine.awaiting import wake_up
from app.sequences.engine.claiming import next_due
from app.sequences.engine.enrolling import enrol
from app.sequences.engine.following import follow
from app.sequences.engine.leaving import leave
from app.sequences.engine.sending import prepare

__all__ = ["advance", "enrol", "follow", "leave", "next_due", "prepare", "wake_up"]
