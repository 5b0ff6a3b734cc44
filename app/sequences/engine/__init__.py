"""The engine: `enrol` and `leave` read events, `advance` moves people on, `prepare` has the last word on their
messages.
"""

from app.sequences.engine.advancing import advance
from app.sequences.engine.claiming import next_due
from app.sequences.engine.enrolling import enrol
from app.sequences.engine.leaving import leave
from app.sequences.engine.sending import prepare

__all__ = ["advance", "enrol", "leave", "next_due", "prepare"]
