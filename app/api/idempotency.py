"""`Idempotency-Key`: the same POST with the same key answers once, however often it is sent, for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from flask import Response, jsonify, request
from sqlalchemy import delete

from app import clock
from app.api import access
from app.api.problems import Problem
from app.db import db, insert_new
from app.staff.models import IdempotentAnswer

LIFE = timedelta(hours=24)
LONGEST = 200


def once(act: Callable[[], Response]) -> Response:
    """Act, or answer what was answered to this key before. Raises Problem 409 for the same key with another request.

    The key is written in the transaction of the act: two at once wait for each other, and a failure leaves no trace.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    if not key or len(key) > LONGEST or not key.isprintable():
        raise Problem(400, f"An Idempotency-Key has 1 to {LONGEST} printable characters.")
    token_id, digest, now = access.token_at_hand().id, _digest(), clock.now()
    db.session.execute(
        delete(IdempotentAnswer).where(
            IdempotentAnswer.token_id == token_id,
            IdempotentAnswer.key == key,
            IdempotentAnswer.created_at < now - LIFE,
        )
    )
    row = {"token_id": token_id, "key": key, "request_hash": digest, "status": 0, "created_at": now}
    if not insert_new(IdempotentAnswer.__table__, [row], returning=("key",)):  # type: ignore[arg-type]
        return _answered(token_id, key, digest)
    response = act()
    known = db.session.get_one(IdempotentAnswer, (token_id, key))
    known.status, known.body = response.status_code, response.get_json()
    return response


def _answered(token_id: int, key: str, digest: str) -> Response:
    known = db.session.get_one(IdempotentAnswer, (token_id, key))
    if known.request_hash != digest:
        raise Problem(409, "This Idempotency-Key was sent with another request.")
    response = jsonify(known.body)
    response.status_code = known.status
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _digest() -> str:
    said = b"\n".join([request.method.encode(), request.full_path.encode(), request.get_data(cache=True)])
    return hashlib.sha256(said).hexdigest()
