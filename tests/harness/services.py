"""PostgreSQL and Redis together, started once and shared by all the processes of a test run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness import processes
from tests.harness.postgres import Postgres, private_postgres
from tests.harness.redis_server import private_redis

_POSTGRES = "ENCORE_TEST_POSTGRES"
_REDIS = "ENCORE_TEST_REDIS"


@dataclass(frozen=True)
class Services:
    postgres: Postgres
    redis_url: str

    def environment(self) -> dict[str, str]:
        """What tells a process below this one that the services run already."""
        return {_POSTGRES: str(self.postgres.sockets), _REDIS: self.redis_url}


@contextmanager
def started(*, careful: bool = False) -> Iterator[Services]:
    """The services that run already, or else new ones for as long as the block lasts."""
    known = _running_already()
    if known is not None:
        yield known
    else:
        with (
            processes.scratch_folder() as folder,
            private_postgres(folder, careful=careful) as postgres,
            private_redis(folder) as redis_url,
        ):
            yield Services(postgres, redis_url)


def _running_already() -> Services | None:
    sockets, redis_url = os.environ.get(_POSTGRES), os.environ.get(_REDIS)
    return Services(Postgres(Path(sockets)), redis_url) if sockets and redis_url else None
