"""What the three peers share: the studio's two tables, its mail, and the ways to reach the servers.

Written as somebody would who knows their library and wants it quick: a pool of connections, one connection to the mail
server a thread, kept open.
"""

from __future__ import annotations

import os
import smtplib
import sys
import threading
from email.message import EmailMessage

import psycopg
from psycopg_pool import ConnectionPool

DATABASE = os.environ["PEER_DATABASE"]
REDIS_SOCKET = os.environ["PEER_REDIS_SOCKET"]
SMTP_PORT = int(os.environ["PEER_SMTP_PORT"])

_line = threading.local()
_pool: list[ConnectionPool] = []


def pool() -> ConnectionPool:
    """This process's connections to the studio's own tables."""
    if not _pool:
        _pool.append(ConnectionPool(DATABASE, min_size=1, max_size=20, open=True))
    return _pool[0]


def lay(people: int) -> None:
    """Make the tables, with as many people."""
    with psycopg.connect(DATABASE) as connection:
        connection.execute("CREATE TABLE contact (id bigint PRIMARY KEY, first_name text, email text)")
        connection.execute("CREATE TABLE contact_tag (contact_id bigint, tag text, PRIMARY KEY (contact_id, tag))")
        connection.execute(
            "INSERT INTO contact SELECT i, 'Ana ' || i, 'ana' || i || '@mail.example' FROM generate_series(1, %s) i",
            [people],
        )


def is_known(contact_id: int) -> bool:
    """Say whether the contact carries the tag that the condition asks for."""
    with pool().connection() as connection:
        found = connection.execute("SELECT 1 FROM contact_tag WHERE contact_id = %s AND tag = 'Never'", [contact_id])
        return found.fetchone() is not None


def tag(contact_id: int) -> None:
    with pool().connection() as connection:
        connection.execute("INSERT INTO contact_tag VALUES (%s, 'Asked') ON CONFLICT DO NOTHING", [contact_id])


def mail(contact_id: int, subject: str, html: str) -> None:
    """Write to the contact."""
    with pool().connection() as connection:
        query = "SELECT first_name, email FROM contact WHERE id = %s"
        first_name, address = connection.execute(query, [contact_id]).fetchone()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "studio@example.com", address, subject
    message.set_content(f"Hello {first_name}")
    message.add_alternative(html.format(first_name=first_name), subtype="html")
    if not hasattr(_line, "server"):
        _line.server = smtplib.SMTP("127.0.0.1", SMTP_PORT)
    _line.server.send_message(message)


def first_mail(contact_id: int) -> None:
    mail(contact_id, "Hello", "<p>Hello {first_name}</p>")


def second_mail(contact_id: int) -> None:
    mail(contact_id, "One more thing", "<p>Hello again {first_name}</p>")


def ready() -> None:
    """Tell whoever measures that work can come."""
    print("ready", flush=True)


def command() -> tuple[str, int]:
    """What is asked of this process: "lay", "work" or "submit", and for how many people."""
    what, *people = sys.argv[1:]
    return what, int(people[0]) if people else 0
