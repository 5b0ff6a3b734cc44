"""The workload on Celery with Redis: a chain a contact. Not durable: what Redis forgets is gone."""

from __future__ import annotations

import studio
from celery import Celery, chain
from celery.signals import worker_ready

app = Celery("studio", broker=f"redis+socket://{studio.REDIS_SOCKET}?virtual_host=7")
app.conf.task_ignore_result = True
app.conf.task_acks_late = True
app.conf.worker_prefetch_multiplier = 16
app.conf.worker_redirect_stdouts = False


@app.task(name="ask", bind=True)
def ask(self: object, contact_id: int) -> None:
    if studio.is_known(contact_id):
        self.request.chain = None  # type: ignore[attr-defined]


@app.task(name="tag")
def tag(contact_id: int) -> None:
    studio.tag(contact_id)


@app.task(name="first_mail")
def first_mail(contact_id: int) -> None:
    studio.first_mail(contact_id)


@app.task(name="second_mail")
def second_mail(contact_id: int) -> None:
    studio.second_mail(contact_id)


def submit(people: int) -> None:
    for contact_id in range(1, people + 1):
        chain(
            ask.si(contact_id), tag.si(contact_id), first_mail.si(contact_id), second_mail.si(contact_id)
        ).apply_async()


@worker_ready.connect
def _ready(**_more: object) -> None:
    studio.ready()


def work() -> None:
    app.worker_main(["worker", "--concurrency=4", "--loglevel=ERROR", "--without-gossip", "--without-mingle"])


if __name__ == "__main__":
    what, people = studio.command()
    {"lay": lambda: studio.lay(people), "work": work, "submit": lambda: submit(people)}[what]()
