"""A test client that keeps a request's state apart from the test's own."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.db import db
from app.staff.models import Staff


class Client(FlaskClient):
    """Asks as a browser does: each request lives in a context of its own, and sees what the test has done so far."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Inside the test's own context, Flask would reuse it, and with it `g`: who was signed in, the page's nonce.
        db.session.commit()
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        return response

    def sign_in(self, staff: Staff) -> None:
        """Be this member of the staff from now on, without typing a password."""
        with self.session_transaction() as session:
            session["_user_id"] = staff.get_id()
            session["_fresh"] = True

    def sign_out(self) -> None:
        with self.session_transaction() as session:
            session.clear()
