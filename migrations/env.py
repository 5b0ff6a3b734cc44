"""How migrations run, and how new ones are written from the models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeGuard

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.operations.ops import MigrationScript
from flask import current_app
from sqlalchemy import JSON, BigInteger, Connection, ForeignKeyConstraint

from app.db import BigId, Json, UtcDateTime, db

# Any number will do, as long as nothing else in the database locks it.
_MIGRATING = 0x656E636F7265


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Call our column types by their names in `app.db`: spelled out, BigId and Json would be a line each."""
    if kind == "type":
        for name, ours in (("UtcDateTime", UtcDateTime), ("BigId", BigInteger), ("Json", JSON)):
            if isinstance(item, ours) and (ours is UtcDateTime or _has_our_variants(item)):
                autogen.imports.add(f"from app.db import {name}")
                return name if name != "UtcDateTime" else f"{name}()"
    return False


def _has_our_variants(item: Any) -> bool:
    return item._variant_mapping.keys() in (BigId._variant_mapping.keys(), Json._variant_mapping.keys())


def tie_circles(_context: object, _revision: object, scripts: list[MigrationScript]) -> None:
    """Write the foreign keys that close a circle of tables (`use_alter`) after all the tables, and drop them first.

    Alembic writes them into the first table, where PostgreSQL leaves them out.
    """
    [script] = scripts
    [upgrade], [downgrade] = script.upgrade_ops_list, script.downgrade_ops_list
    for made in [op for op in upgrade.ops if isinstance(op, ops.CreateTableOp)]:
        late = sorted(filter(_closes_a_circle, made.columns), key=lambda key: str(key.name))
        made.columns = [item for item in made.columns if not _closes_a_circle(item)]
        if late:
            upgrade.ops.append(ops.ModifyTableOps(made.table_name, [_tie(key) for key in late]))
            downgrade.ops.insert(0, ops.ModifyTableOps(made.table_name, [_tie(key).reverse() for key in late]))


def _tie(key: ForeignKeyConstraint) -> ops.CreateForeignKeyOp:
    tie = ops.CreateForeignKeyOp.from_constraint(key)
    del tie.kw["use_alter"]
    return tie


def _closes_a_circle(item: Any) -> TypeGuard[ForeignKeyConstraint]:
    return isinstance(item, ForeignKeyConstraint) and bool(item.use_alter)


def run_offline() -> None:
    """Print the SQL instead of running it: `flask --app wsgi db upgrade --sql`."""
    url = db.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, target_metadata=db.metadata, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection, _prepared(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            process_revision_directives=tie_circles,
            transactional_ddl=True,  # SQLite can, now that `app.db` begins its transactions itself
            **options,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                # Two machines that are updated at once: the second waits, then finds nothing left to do.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            context.run_migrations()


@contextmanager
def _prepared(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it, and must not follow foreign keys while it does.

    The switch does nothing inside a transaction, so it goes to the driver before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    run_offline()
else:
    run_online()
