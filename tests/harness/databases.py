"""Databases with the product's real schema: migrated once, copied and emptied many times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from app import create_app, founding
from app.config import Settings
from app.db import db

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def build(settings: Settings) -> None:
    """Bring an empty database to the first day of a studio, by the migrations and the product's own founding."""
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        founding.lay()
        db.session.commit()
    dispose(app)


def dispose(app: Flask) -> None:
    """Close every connection an application holds."""
    with app.app_context():
        db.engine.dispose()


def empty(app: Flask) -> None:
    """Bring the database of an application back to the first day, whatever was committed to it."""
    with app.app_context():
        for attempt in range(1, 6):
            try:
                _empty_all_tables(db.engine)
                founding.lay()
                db.session.commit()
                break
            except OperationalError:  # a worker's last transaction stands in the way, for a moment
                db.session.rollback()
                if attempt == 5:
                    raise


def _empty_all_tables(engine: Engine) -> None:
    tables = [table.name for table in db.metadata.sorted_tables]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} CASCADE")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for table in tables:
                connection.exec_driver_sql(f'DELETE FROM "{table}"')  # noqa: S608 - our own tables' names


class _Joined(Connection):
    """A connection in the place of the engine: whatever the product begins on it is a savepoint in one transaction."""

    def connect(self) -> AbstractContextManager[Connection]:
        return nullcontext(self)


@contextmanager
def rolled_back(app: Flask) -> Iterator[None]:
    """Undo at the end whatever the product commits within the block, in any of its sessions.

    This is SQLAlchemy's recipe of joining a session into an external transaction, at the one place from which
    Flask-SQLAlchemy's sessions take their engine.
    """
    with app.app_context():
        engine = db.engine
    engines: dict[str | None, Any] = db._app_engines[app]
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    with _Joined(engine) as connection:
        transaction = connection.begin()
        engines[None] = connection
        try:
            yield
        finally:
            engines[None] = engine
            db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
            transaction.rollback()
