"""The workload on dbos: a durable workflow a contact, a step for each thing done."""

from __future__ import annotations

import os
import signal

import studio
from dbos import DBOS, DBOSClient, DBOSConfig

is_known = DBOS.step()(studio.is_known)
tag = DBOS.step()(studio.tag)
first_mail = DBOS.step()(studio.first_mail)
second_mail = DBOS.step()(studio.second_mail)


@DBOS.workflow(name="welcome")
def welcome(contact_id: int) -> None:
    if not is_known(contact_id):
        tag(contact_id)
        first_mail(contact_id)
        DBOS.sleep(0)
        second_mail(contact_id)


def work() -> None:
    config: DBOSConfig = {
        "name": "studio",
        "system_database_url": studio.DATABASE,
        "sys_db_pool_size": 20,
        "application_version": "1",
        "executor_id": os.environ["PEER_NUMBER"],
        "use_listen_notify": True,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue("contacts", worker_concurrency=20, polling_interval_sec=0.1)
    studio.ready()
    signal.pause()


def submit(people: int) -> None:
    client = DBOSClient(system_database_url=studio.DATABASE)
    for contact_id in range(1, people + 1):
        client.enqueue({"queue_name": "contacts", "workflow_name": "welcome", "app_version": "1"}, contact_id)


if __name__ == "__main__":
    what, people = studio.command()
    {"lay": lambda: studio.lay(people), "work": work, "submit": lambda: submit(people)}[what]()
