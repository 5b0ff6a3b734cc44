"""The workers of a test: they work when they are told to, in the test's own process."""

from __future__ import annotations

from flask import Flask

from app import scans, work
from app.db import db


class Workers:
    """Does what the worker processes and the clock would do."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.rung: list[str] = []  # the actors that were rung, for tests about the bell itself

    def run_until_idle(self) -> None:
        """Do everything that is due now, and everything that follows from it."""
        db.session.commit()
        with self._app.app_context():
            work.run_until_idle()
        db.session.expire_all()

    def look(self) -> None:
        """Let the clock look for what has come true by the passing of time, then do what follows."""
        db.session.commit()
        with self._app.app_context():
            scans.look()
            db.session.commit()
        self.run_until_idle()
