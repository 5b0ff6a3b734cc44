"""Importing leads from a file (IMP-01 to IMP-06): reading, checking, running, undoing, and the pages for it."""

from __future__ import annotations

from app import scans, work
from app.leads.importing import erasing, handing_in, running, views

work.register(work.Work(actor=handing_in.ACTOR, claim=running.run_batch, next_due=running.next_due))
scans.register(scans.Scan("unconfirmed imports", handing_in.forget_unconfirmed, handing_in.next_forgetting))

__all__ = ["erasing", "views"]
