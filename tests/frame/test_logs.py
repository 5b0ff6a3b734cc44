"""The log tells what failed, never what was in hand."""

from __future__ import annotations

import json

import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from app.db import db

BODY = "Dear Ana, your knee"


def test_a_failure_is_one_line_without_what_was_in_hand(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    def write(body: str) -> None:
        raise RuntimeError(f"cannot write {len(body)} letters")

    try:
        write(BODY)
    except RuntimeError:
        structlog.get_logger("test").exception("message.failed", message_id=7)

    [line] = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert (said["event"], said["level"], said["message_id"]) == ("message.failed", "error", 7)
    assert "in write" in said["exception"]
    assert BODY not in line


def test_a_failed_statement_is_told_without_its_parameters(app: Flask) -> None:
    with pytest.raises(Exception, match="no_such_table") as failure:
        db.session.execute(text("SELECT * FROM no_such_table WHERE body = :body"), {"body": BODY})
    db.session.rollback()

    assert BODY not in str(failure.value)
