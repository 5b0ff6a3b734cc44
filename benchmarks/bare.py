"""The limit of the mail server: ready-made bytes, sent by nothing but the standard library.

`python -m benchmarks.bare PORT MAILS CONNECTIONS`, in a process of its own.
"""

from __future__ import annotations

import smtplib
import sys
import threading

CONTENT = (
    b"From: studio@example.com\r\nTo: ana@mail.example\r\nSubject: Ready-made\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n" + b"<p>Hello Ana, this was written beforehand.</p>\r\n" * 40
)


def send(port: int, mails: int) -> None:
    """Send as many over one connection."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(mails):
            server.sendmail("studio@example.com", [f"bare{number}@mail.example"], CONTENT)


if __name__ == "__main__":
    to_port, wanted, connections = (int(word) for word in sys.argv[1:])
    threads = [threading.Thread(target=send, args=(to_port, wanted // connections)) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
