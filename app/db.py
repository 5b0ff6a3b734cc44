"""The database: session, column types, and what SQLite needs to be safe under threads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    event,
    func,
    literal,
    or_,
    text,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.types import TypeDecorator, TypeEngine

from app import arrays

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What all models share: the naming of constraints, without which SQLite cannot alter a table."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)
migrate = Migrate()

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. Refuses naive values rather than guess their zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite hands out row ids by itself only for a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


def index_given(name: str, *columns: str, given: str, unique: bool = False) -> Index:
    """An index of those rows only that have something in the column `given`, where most have nothing."""
    has_it = text(f"{given} IS NOT NULL")
    return Index(name, *columns, unique=unique, postgresql_where=has_it, sqlite_where=has_it)


_reading: ContextVar[bool] = ContextVar("encore_db_reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """What begins inside only reads: on SQLite it takes no write lock, so that pages never wait for workers."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def set_reading(only: bool) -> None:
    """Say for the rest of this request whether its transaction only reads (see `reading`)."""
    _reading.set(only)


def init_app(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, render_as_batch=True, compare_type=True)
    with app.app_context():
        _prepare(db.engine)


def is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def insert_new(table: Table, rows: Sequence[dict[str, Any]], *, returning: Sequence[str] = ()) -> list[Any]:
    """Insert rows in bulk, leaving out those that meet a unique key. Answers the wanted columns of the new rows only.

    The order of the answer is the database's, not that of `rows`. The rows must all have the same keys.
    """
    if not rows:
        return []
    if is_postgresql():
        names, values = arrays.with_defaults(table, rows)
        return insert_rows(table, names, values, returning=returning)
    statement = sqlite.insert(table).on_conflict_do_nothing()
    if returning:
        return list(db.session.execute(statement.returning(*(table.c[name] for name in returning)), rows))
    db.session.execute(statement, rows)
    return []


def insert_rows(
    table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]], *, returning: Sequence[str] = ()
) -> list[Any]:
    """The same for rows as plain tuples of the named columns, all that the table needs: nothing is defaulted."""
    if not rows:
        return []
    if not is_postgresql():
        return insert_new(table, [dict(zip(names, row, strict=True)) for row in rows], returning=returning)
    statement = text(arrays.insert(table, names, returning))
    given = arrays.parameters(table, names, rows)
    if returning:
        return list(db.session.execute(statement.columns(*(table.c[name] for name in returning)), given))
    db.session.execute(statement, given)
    return []


def put_rows(
    table: Table,
    key: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    changed: Sequence[str],
    *,
    returning: Sequence[str],
) -> list[Any]:
    """Insert rows as `insert_rows` does; where the unique `key` is known, change the columns in `changed` instead.

    Answers the columns in `returning` of all of them, in no order.
    """
    if not rows:
        return []
    wanted = [table.c[name] for name in returning]
    if is_postgresql():
        statement = text(arrays.put(table, key, names, changed, returning)).columns(*wanted)
        return list(db.session.execute(statement, arrays.parameters(table, names, rows)))
    insert = sqlite.insert(table)
    put = insert.on_conflict_do_update(index_elements=[key], set_={name: insert.excluded[name] for name in changed})
    return list(db.session.execute(put.returning(*wanted), [dict(zip(names, row, strict=True)) for row in rows]))


def update_rows(
    table: Table,
    keys: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    keep: Collection[str] = (),
    only: Mapping[str, Sequence[str]] | None = None,
    returning: Sequence[str] = ("id",),
) -> list[Any]:
    """Change many rows with one statement. Each of `rows` is the values of `keys`, then the new ones of `columns`.

    Those in `keep` stay as they are where the new value is None. `only` says which values a column must still have for
    its row to be changed. Answers the columns in `returning` of the rows that were changed.
    """
    if not rows:
        return []
    only = only or {}
    wanted = [table.c[name] for name in returning]
    if is_postgresql():
        statement = text(arrays.update(table, keys, columns, keep, only, returning))
        given = arrays.parameters(table, [*keys, *columns], rows)
        given |= {f"only_{name}": arrays.literal(values) for name, values in only.items()}
        if not returning:
            db.session.execute(statement, given)
            return []
        return list(db.session.execute(statement.columns(*wanted), given))
    conditions = [table.c[name] == bindparam(f"_{name}") for name in keys]
    # An IN is expanded when it runs, which executemany does not do.
    conditions += [or_(*(table.c[name] == value for value in values)) for name, values in only.items()]
    changes = {
        name: func.coalesce(bindparam(name, type_=table.c[name].type), table.c[name])
        if name in keep
        else bindparam(name, type_=table.c[name].type)
        for name in columns
    }
    one = update(table).where(*conditions).values(changes)
    names = [*(f"_{name}" for name in keys), *columns]
    values = [dict(zip(names, row, strict=True)) for row in rows]
    connection = db.session.connection()
    if not returning:
        connection.execute(one, values)
        return []
    one = one.returning(*wanted)
    return [changed for value in values for changed in connection.execute(one, value).fetchall()]


def one_of(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """`column.in_(values)` for many numbers or names, whose statement is the same however many there are."""
    wanted = list(values)
    if not is_postgresql():
        return column.in_(wanted)
    kind: TypeEngine[Any] = Text() if isinstance(column.type, String) else BigInteger()
    return column == any_(cast(literal(arrays.literal(wanted), arrays.Written()), ARRAY(kind)))


def hour_of(column: ColumnElement[datetime] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """The hour of an instant, in UTC, as "2026-11-23 14": whole hours fall into one local day in every zone we know."""
    if is_postgresql():
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24")
    return func.substr(column, 1, 13)


def _prepare(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _prepare_postgresql(engine)


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # Instants in the zone we keep them in need no conversion, which is two thirds of the time of reading one.
        connection.execute("SET TIME ZONE 'UTC'")
        connection.commit()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and loses updates
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "busy_timeout=15000", "foreign_keys=ON", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A writer takes the lock at once: two transactions that read before they write would else lose one update.
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
