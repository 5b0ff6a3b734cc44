"""What the studio has set, when two set it at one moment."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import text

from app.db import db, is_postgresql
from app.staff import studio
from app.staff.studio import Studio


@pytest.mark.committed
def test_two_who_set_something_for_the_first_time_both_may_and_the_later_stands(app: Flask) -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    failed: list[Exception] = []

    def set_too() -> None:
        with app.app_context():
            try:
                studio.put("test", Studio(name="Second"))
                db.session.commit()
            except Exception as error:  # noqa: BLE001 - told below
                failed.append(error)

    studio.put("test", Studio(name="First"))
    db.session.flush()
    other = threading.Thread(target=set_too)
    other.start()
    with db.engine.connect() as watching:
        while other.is_alive() and not watching.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            watching.rollback()
    db.session.commit()
    other.join()

    assert failed == []
    assert studio.get("test", Studio).name == "Second"
