"""Whether the installation is alive, ready, and how much waits: for load balancers and for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import redis
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock, web, work
from app.db import db
from app.events import queue
from app.messaging.models import Message
from app.sequences.models import Enrolment
from app.staff import pulse, tokens

bp = Blueprint("health", __name__)

_ANSWER_WITHIN = 2  # seconds: a broker that takes longer is as good as away


@bp.get("/healthz")
@web.public
def alive() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@web.public
def ready() -> Response:
    """The database and the broker can be reached, the tables are the latest, the clock ticks."""
    found = {"database": False, "migrations": False, "clock": False, "broker": broker_answers()}
    try:
        db.session.execute(select(1))
        found["database"] = True
        found["migrations"] = revision() == head()
        found["clock"] = not any(ailment.name == "clock" for ailment in pulse.ailments())
    except SQLAlchemyError:
        db.session.rollback()
    response: Response = jsonify(found)
    response.status_code = 200 if all(found.values()) else 503
    return response


@bp.get("/metrics")
@web.public
@web.writes  # a token notes when it was last used
def metrics() -> Response:
    """What waits, in Prometheus' words; for this machine, or with a token."""
    if not _may_measure():
        abort(403)
    registry = CollectorRegistry()
    registry.register(_Waiting())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Waiting:
    """Counts at the moment of asking: every figure is the database's, whichever process is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        events = GaugeMetricFamily("encore_events_waiting", "Events a consumer has not taken yet", labels=["consumer"])
        for name, number in {**dict.fromkeys(queue.CONSUMERS, 0), **queue.backlog()}.items():
            events.add_metric([name], number)
        yield events
        messages = GaugeMetricFamily("encore_messages", "Messages by state", labels=["status"])
        for status, number in db.session.execute(select(Message.status, func.count()).group_by(Message.status)):
            messages.add_metric([status], number)
        yield messages
        enrolments = GaugeMetricFamily("encore_enrolments", "Enrolments by state", labels=["status"])
        for status, number in db.session.execute(select(Enrolment.status, func.count()).group_by(Enrolment.status)):
            enrolments.add_metric([status], number)
        yield enrolments
        due = work.next_due()
        late = max((clock.now() - due).total_seconds(), 0.0) if due is not None else 0.0
        yield GaugeMetricFamily("encore_oldest_due_seconds", "How long the oldest due work has waited", late)
        unwell = GaugeMetricFamily("encore_unwell", "1 for a kind of process that is silent", labels=["process"])
        silent = {ailment.name for ailment in pulse.ailments()}
        for name in ("clock", "worker"):
            unwell.add_metric([name], float(name in silent))
        yield unwell


def _may_measure() -> bool:
    kind, _space, plaintext = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and tokens.find_token(plaintext.strip()) is not None:
        return True
    # A proxy on this machine also comes from loopback: what it passes on is not for free.
    is_passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not is_passed_on and ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104 - nobody


def broker_answers() -> bool:
    """Whether Redis can be reached, where there is one."""
    url = current_app.config["SETTINGS"].redis_url
    if not url:
        return True
    try:
        with redis.Redis.from_url(url, socket_timeout=_ANSWER_WITHIN, socket_connect_timeout=_ANSWER_WITHIN) as broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False


def revision() -> str | None:
    """The migration that the tables are at."""
    return MigrationContext.configure(db.session.connection()).get_current_revision()


@cache
def head() -> str | None:
    """The latest migration there is."""
    folder = Path(current_app.root_path).parent / "migrations"
    return ScriptDirectory(str(folder)).get_current_head()
