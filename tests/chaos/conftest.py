"""A crew for the chaos: two workers, a web server and a clock, on a PostgreSQL and a Redis that are theirs to lose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
import redis

from app.config import Settings
from tests.harness import databases, processes
from tests.harness.fixtures import SMS_WEBHOOK
from tests.harness.live import FULL, LiveServer, environment
from tests.harness.live_fixtures import reachable
from tests.harness.postgres import Postgres, private_postgres
from tests.harness.redis_server import private_redis
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn, post_over_http

WORKERS = ("worker", "worker-2", "worker-3")


@dataclass(frozen=True)
class Crew:
    """The processes of an installation, and what can befall them."""

    server: LiveServer
    postgres: Postgres

    def lose(self, worker: str) -> None:
        """A worker dies in the middle of what it does; another takes its place."""
        self.server.kill(worker)
        self.server.start(worker)

    def flush(self) -> None:
        """Redis forgets everything."""
        with redis.Redis.from_url(self.server.settings.redis_url or "") as broker:
            broker.flushall()

    def crash_the_database(self) -> None:
        """PostgreSQL falls over, every connection with it, and comes up again."""
        assert self.postgres.crash is not None
        self.postgres.crash()


@pytest.fixture
def crew(
    tmp_path_factory: pytest.TempPathFactory,
    watched_environment: Mapping[str, str],
    smtp: SmtpSink,
    phone_provider: TwilioStandIn,
) -> Iterator[Crew]:
    """Everybody at work, on a database that waits for its disk: what it has once confirmed survives its crash."""
    with (
        processes.scratch_folder() as folder,
        private_postgres(folder, careful=True) as postgres,
        private_redis(folder) as redis_url,
    ):
        found = {"database_url": postgres.create_database("chaos"), "redis_url": redis_url}
        settings = Settings.model_validate(reachable(tmp_path_factory.mktemp("chaos"), smtp, phone_provider) | found)
        databases.build(settings)
        phone_provider.clear()
        phone_provider.post, phone_provider.webhook_url = post_over_http, settings.public_url + SMS_WEBHOOK
        server = LiveServer(FULL, settings, environment(settings, watched_environment))
        server.start("web", "clock", *WORKERS)
        yield Crew(server, postgres)
        server.close()
