"""The guarded client: posts to addresses that people have typed, and to nothing inside the house.

The name is looked up once, every address it has must be a public one, and the connection goes to one of those: a name
that answers otherwise a moment later gains nothing. Redirects are not followed. Time and size are limited.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from app.messaging.carriers import Undeliverable, Unreachable

SECONDS = 10.0  # for all of it
MOST_READ = 64 * 1024  # bytes of an answer
LATER = frozenset({408, 425, 429})


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name. Raises OSError or UnicodeError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]).partition("%")[0] for entry in found]


@dataclass(frozen=True)
class GuardedClient:
    """Posts over HTTP. In a sandbox and in tests the machine itself may be called too."""

    allows_loopback: bool = False
    seconds: float = SECONDS
    look_up: Callable[[str, int], Sequence[str]] = look_up

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Post a body. Raises Undeliverable where it is refused for good, Unreachable where later may be better."""
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._public_address(parts.hostname or "", port)
        connection = _Connection(parts, port, address, self.seconds)
        # A timeout of the socket begins anew with each byte; this one does not.
        deadline = threading.Timer(self.seconds, connection.hang_up)
        deadline.start()
        try:
            status = connection.post(body, headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            is_slow = connection.is_cut or isinstance(error, TimeoutError)
            raise Unreachable("no answer in time" if is_slow else type(error).__name__) from None
        finally:
            deadline.cancel()
            connection.hang_up()
        _judge(status)

    def _public_address(self, host: str, port: int) -> str:
        try:
            addresses = self.look_up(host, port)
        except (OSError, UnicodeError):
            raise Unreachable("no such host") from None
        if not addresses or not all(self._is_allowed(ip_address(one)) for one in addresses):
            raise Undeliverable("a private address")
        return addresses[0]

    def _is_allowed(self, address: IPv4Address | IPv6Address) -> bool:
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address.is_loopback:
            return self.allows_loopback
        return address.is_global and not address.is_multicast


class _Connection:
    """One request to one address, whatever its name says by then."""

    def __init__(self, parts: SplitResult, port: int, address: str, seconds: float) -> None:
        self._parts, self._address, self._port, self._seconds = parts, address, port, seconds
        self._socket: socket.socket | None = None
        self.is_cut = False

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Post, and answer the status. The rest of the answer is read as far as it is short, and thrown away."""
        self._socket = socket.create_connection((self._address, self._port), timeout=self._seconds)
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            self._socket = context.wrap_socket(self._socket, server_hostname=self._parts.hostname)
        connection = http.client.HTTPConnection(self._parts.netloc, timeout=self._seconds)
        connection.sock = self._socket
        target = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        answer.read(MOST_READ)
        return answer.status

    def hang_up(self) -> None:
        """End it now, whoever is reading."""
        connected, self._socket = self._socket, None
        if connected is not None:
            self.is_cut = True
            with suppress(OSError):  # the other side may have been faster
                connected.shutdown(socket.SHUT_RDWR)
            connected.close()


def _judge(status: int) -> None:
    said = f"HTTP {status}"
    if status >= http.client.INTERNAL_SERVER_ERROR or status in LATER:
        raise Unreachable(said)
    if not http.client.OK <= status < http.client.MULTIPLE_CHOICES:
        raise Undeliverable(said, code=str(status))
