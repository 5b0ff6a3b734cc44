"""The migrations make what the models say, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from app.db import db
from tests.harness.services import Services


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, db.metadata))


def test_on_postgresql(running_services: Services, postgres_template: str) -> None:
    engine = create_engine(running_services.postgres.url(postgres_template))
    with engine.connect() as connection:
        assert differences(connection) == [], "run scripts/remake-migration"
    engine.dispose()


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_on_sqlite(sqlite_template: Path) -> None:
    engine = create_engine(f"sqlite:///{sqlite_template}")
    with engine.connect() as connection:
        assert differences(connection) == [], "run scripts/remake-migration"
        made = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'index'")))
    engine.dispose()

    # Alembic cannot compare indexes on expressions on SQLite; that each has its name there must do.
    assert {index.name for table in db.metadata.tables.values() for index in table.indexes} - made == set()
