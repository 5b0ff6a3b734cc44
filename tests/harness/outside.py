"""Another system, over real HTTP: JSON in and out, with a token."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"


@dataclass(frozen=True)
class Heard:
    """An answer."""

    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Outside:
    """`outside.post("/leads", {…})` calls the API; `fetch` follows a link in a mail as a person's browser would."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def get(self, path: str, **query: Any) -> Any:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self._call("GET", path + asked, None).json()

    def post(self, path: str, body: Any = None) -> Heard:
        return self._call("POST", path, body)

    def put(self, path: str, body: Any) -> Heard:
        return self._call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Heard:
        return self._call("PATCH", path, body)

    def advance(self, **by: float) -> dict[str, int]:
        """Move the sandbox's clock on: `advance(minutes=5)`."""
        units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
        heard = self.post("/sandbox/clock/advance", {"seconds": sum(int(units[unit] * n) for unit, n in by.items())})
        assert heard.status == 200, heard.text
        played: dict[str, int] = heard.json()
        return played

    def fetch(self, url: str, *, data: bytes | None = None, method: str | None = None) -> Heard:
        """Ask for a page as a person's browser does."""
        asked = urllib.request.Request(url, data=data, method=method, headers={"User-Agent": PERSON})  # noqa: S310
        return _ask(asked)

    def _call(self, method: str, path: str, body: Any) -> Heard:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        url = f"{self._url}/api/v1{path}"
        return _ask(urllib.request.Request(url, data=data, method=method, headers=headers))  # noqa: S310


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A tracked link leads out of the machine; knowing where to is enough."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def _ask(request: urllib.request.Request) -> Heard:
    opener = urllib.request.build_opener(_StayHere)
    try:
        with opener.open(request, timeout=60) as response:
            return Heard(response.status, response.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        return Heard(error.code, error.read().decode(errors="replace"))
