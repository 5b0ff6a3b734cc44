"""The workload on procrastinate: a job a step, each deferring the next."""

from __future__ import annotations

import asyncio

import studio
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

CONCURRENCY = 20

app = App(connector=PsycopgConnector(conninfo=studio.DATABASE, min_size=1, max_size=20))


@app.task(name="ask")
def ask(contact_id: int) -> None:
    if not studio.is_known(contact_id):
        tag.defer(contact_id=contact_id)


@app.task(name="tag")
def tag(contact_id: int) -> None:
    studio.tag(contact_id)
    first_mail.defer(contact_id=contact_id)


@app.task(name="first_mail")
def first_mail(contact_id: int) -> None:
    studio.first_mail(contact_id)
    second_mail.defer(contact_id=contact_id)


@app.task(name="second_mail")
def second_mail(contact_id: int) -> None:
    studio.second_mail(contact_id)


async def work() -> None:
    async with app.open_async():
        studio.ready()
        await app.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=False)


def lay(people: int) -> None:
    studio.lay(people)
    with app.replace_connector(SyncPsycopgConnector(conninfo=studio.DATABASE)) as sync, sync.open():
        sync.schema_manager.apply_schema()


def submit(people: int) -> None:
    with app.replace_connector(SyncPsycopgConnector(conninfo=studio.DATABASE)) as sync, sync.open():
        for begin in range(1, people + 1, 500):
            last = min(begin + 500, people + 1)
            sync.tasks["ask"].batch_defer(*({"contact_id": contact_id} for contact_id in range(begin, last)))


if __name__ == "__main__":
    what, people = studio.command()
    if what == "work":
        asyncio.run(work())
    else:
        {"lay": lay, "submit": submit}[what](people)
