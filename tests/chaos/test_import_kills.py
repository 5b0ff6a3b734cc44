"""Workers are killed again and again while a file comes in; each row has its lead once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events.models import Event
from app.leads.importing import handing_in
from app.leads.importing.models import CREATED, DONE, LeadImport, LeadImportRow
from app.leads.models import Lead
from app.sequences.models import Enrolment
from tests.harness.live import LiveServer

ROWS = 3_000


def until(condition: Callable[[], bool], what: str, within: float = 120) -> None:
    """Wait until something is so. Raises TimeoutError."""
    pause = threading.Event()
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        pause.wait(0.05)


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.req("BEY-19")
def test_a_file_comes_in_whole_though_workers_are_killed(live_server: LiveServer) -> None:
    def count(of: type[Lead | LeadImport | Enrolment], *where: object) -> int:
        with live_server.database():
            return db.session.scalar(select(func.count()).select_from(of).filter(*where)) or 0  # type: ignore[arg-type]

    lines = "\n".join(f"Ana{number},Silva,ana{number}@mail.example" for number in range(ROWS))
    with live_server.database():
        make.sequence({"do": "task", "title": "Call", "assign": {"role": "Front desk"}}, title="Welcome")
        data = f"first name,last name,email\n{lines}".encode()
        handing_in.start(handing_in.hand_in("fair.csv", data, make.source("Fair"), by=make.staff()))
    for share in (0.1, 0.4, 0.7):
        until(lambda: count(Lead) >= ROWS * share, "leads have stopped")  # noqa: B023
        live_server.kill("worker")
        live_server.start("worker")
    until(lambda: count(LeadImport, LeadImport.status == DONE) == 1, "the import does not end")
    until(lambda: count(Enrolment) == ROWS, "somebody is not enrolled")

    with live_server.database():
        made = db.session.query(LeadImport).one()
        assert made.tally == {CREATED: ROWS}
        assert db.session.query(Lead).count() == db.session.query(Contact).count() == ROWS
        assert db.session.query(LeadImportRow).filter(LeadImportRow.lead_id.is_not(None)).count() == ROWS
        told = Counter(db.session.scalars(select(Event.contact_id).where(Event.kind == "lead.created")))
        assert set(told.values()) == {1}
