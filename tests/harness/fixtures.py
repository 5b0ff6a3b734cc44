"""What tests ask for by name: the application on a real database, its workers, and the providers around it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from app import clock as the_clock
from app import create_app, wake
from app.config import Settings
from app.db import db
from app.demo import make
from app.integrations.webhooks import GuardedClient
from app.sequences import webhooks
from app.sequences.engine import program
from app.staff.models import Staff
from app.web import limiter
from tests.harness import databases, services
from tests.harness.client import Client
from tests.harness.receiver import Receiver
from tests.harness.services import Services
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import Answer, TwilioStandIn
from tests.harness.work import Workers

# What the studio enters in Twilio's console (docs/operations.md).
SMS_WEBHOOK = "/webhooks/twilio/sms"

SECRET = "the-secret-of-the-tests"

_shared = ExitStack()  # what the process that hands tests out to others keeps running for them


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sqlite", action="store_true", help="run on SQLite instead of PostgreSQL")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Start the servers once for all the processes that share the tests out."""
    os.environ.update(_shared.enter_context(services.started()).environment())


def pytest_unconfigure() -> None:
    _shared.close()


# ---------------------------------------------------------------- once a run


@pytest.fixture(scope="session")
def running_services() -> Iterator[Services]:
    """PostgreSQL and Redis."""
    with services.started() as running:
        yield running


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Tells apart the processes that share the tests out, and their databases."""
    return os.environ.get("PYTEST_XDIST_WORKER", "only")


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encore")


@pytest.fixture(scope="session")
def postgres_template(running_services: Services, worker_name: str, data_folder: Path) -> str:
    """The name of a migrated, founded PostgreSQL database, to be copied."""
    name = f"template_{worker_name}"
    url = running_services.postgres.create_database(name)
    databases.build(Settings(encore_secret_key=SECRET, encore_data=data_folder, database_url=url))
    return name


@pytest.fixture(scope="session")
def sqlite_template(data_folder: Path) -> Path:
    """The same as a SQLite file."""
    folder = data_folder / "template"
    databases.build(Settings(encore_secret_key=SECRET, encore_data=folder))
    return folder / "encore.sqlite3"


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, worker_name: str, data_folder: Path) -> str:
    """The database of this process's tests."""
    if request.config.getoption("--sqlite"):
        template: Path = request.getfixturevalue("sqlite_template")
        copy = data_folder / "encore.sqlite3"
        copy.write_bytes(template.read_bytes())
        return f"sqlite:///{copy}"
    running: Services = request.getfixturevalue("running_services")
    return running.postgres.create_database(f"test_{worker_name}", request.getfixturevalue("postgres_template"))


@pytest.fixture(scope="session")
def mail_server() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture(scope="session")
def phone_provider() -> Iterator[TwilioStandIn]:
    stand_in = TwilioStandIn()
    stand_in.start()
    yield stand_in
    stand_in.stop()


@pytest.fixture(scope="session")
def settings(database_url: str, data_folder: Path, mail_server: SmtpSink, phone_provider: TwilioStandIn) -> Settings:
    """A production installation, as far as settings go, with the stand-ins for its providers."""
    return Settings(
        encore_secret_key=SECRET,
        encore_public_url="http://localhost",
        encore_data=data_folder,
        encore_smtp_url=mail_server.url,
        database_url=database_url,
        twilio_account_sid=phone_provider.account_sid,
        twilio_auth_token=phone_provider.auth_token,
        twilio_from=phone_provider.number,
        twilio_base_url=phone_provider.url,
    )


@pytest.fixture(scope="session")
def built_app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False  # the tests about forgeries switch it on
    app.test_client_class = Client
    yield app
    databases.dispose(app)


# ---------------------------------------------------------------- once a test


@pytest.fixture
def app(request: pytest.FixtureRequest, built_app: Flask, clock: ModuleType) -> Iterator[Flask]:
    """The application at a studio's first day, with its context. What the test does to the database is undone."""
    limiter.reset()
    program.forget_programs()
    if request.node.get_closest_marker("committed"):
        with built_app.app_context():
            yield built_app
        databases.empty(built_app)
    else:
        with databases.rolled_back(built_app), built_app.app_context():
            yield built_app


@pytest.fixture
def db_session(app: Flask) -> scoped_session[Session]:
    """The session of the test itself. Requests and workers have their own, and see what this one has done."""
    return db.session


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without a screen, signed out."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def owner(client: Client) -> Staff:
    """The owner, signed in at `client`."""
    member = make.staff("Inès Garnier", "owner")
    client.sign_in(member)
    return member


@pytest.fixture
def workers(app: Flask) -> Iterator[Workers]:
    """The workers and the clock: `workers.run_until_idle()`."""
    made = Workers(app)
    wake.install(made.rung.append)
    yield made
    wake.install(None)


@pytest.fixture
def clock() -> Iterator[ModuleType]:
    """The product's clock, to be set: `clock.set("2026-03-28 21:00", zone="Europe/Paris")`. It runs on afterwards."""
    yield the_clock
    the_clock.set(None)


@pytest.fixture
def smtp(mail_server: SmtpSink) -> Iterator[SmtpSink]:
    """The mail server, empty."""
    mail_server.clear()
    yield mail_server
    mail_server.clear()


@pytest.fixture
def receiver(app: Flask) -> Iterator[Receiver]:
    """Another system on this machine, which the product may call for the time of the test."""
    strict = app.extensions["webhook_caller"]
    stand_in = Receiver()
    stand_in.start()
    webhooks.install(app, GuardedClient(allows_loopback=True, seconds=0.5))
    yield stand_in
    webhooks.install(app, strict)
    stand_in.stop()


@pytest.fixture
def twilio(phone_provider: TwilioStandIn, app: Flask) -> Iterator[TwilioStandIn]:
    """Twilio, empty, with its webhooks going to the application under test."""
    outside = app.test_client()

    def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        response = outside.post(url, data=form, headers=dict(headers))
        return Answer(response.status_code, response.text)

    phone_provider.clear()
    phone_provider.post, phone_provider.now = post, the_clock.now
    phone_provider.webhook_url = app.config["SETTINGS"].public_url + SMS_WEBHOOK
    yield phone_provider
    phone_provider.clear()
