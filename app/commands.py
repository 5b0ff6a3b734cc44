"""The command line: `flask --app wsgi set-up`, `owner invite`, `token create`, `sandbox advance`, `doctor`."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from app import founding, sandbox
from app.contacts.addresses import clean_email
from app.dashboard import doctor
from app.db import db
from app.demo import seed
from app.events import queue
from app.sequences import books
from app.staff import accounts, auth, tokens

owner = AppGroup("owner", help="Who may do everything.")
token = AppGroup("token", help="Keys for other systems.")
clock = AppGroup("sandbox", help="The sandbox's clock.")
log = AppGroup("events", help="The event log.")

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

FIRST = "Nobody has an account yet. Make yours: flask --app wsgi owner invite YOU@YOUR-STUDIO.EXAMPLE"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def init_app(app: Flask) -> None:
    for group in (owner, token, clock, log):
        app.cli.add_command(group)
    app.cli.add_command(set_up)
    app.cli.add_command(examine)


def prepare() -> None:
    """Bring the database to what this version needs: migrations, first-day data and, in a demo, the demo studio."""
    upgrade(directory=str(MIGRATIONS))
    founding.lay()
    db.session.commit()
    if current_app.config["SETTINGS"].encore_demo and seed.is_wanted():
        click.echo("Setting up the demo studio, this takes a moment …")
        seed.sow()


@click.command("set-up")
def set_up() -> None:
    """Migrate the database and add what a new installation needs. Safe to run at every start."""
    prepare()
    if current_app.config["SETTINGS"].encore_demo:
        click.echo(f"Sign in with {seed.OWNER_EMAIL} and {auth.DEMO_PASSWORD}")
    elif not accounts.is_anybody_here():
        click.echo(FIRST)


@owner.command("invite")
@click.argument("email")
@click.option("--name", default="", help="How the person is called.")
def invite(email: str, name: str) -> None:
    """Make EMAIL an owner, and print the link at which that person chooses a password."""
    address = clean_email(email)
    if address is None:
        raise click.ClickException(f"{email} is no e-mail address.")
    staff = accounts.invite_owner(name or _name_in(address), address)
    db.session.commit()
    click.echo(f"{staff.name} chooses a password within {accounts.INVITATION_DAYS} days, at:")
    click.echo(accounts.invitation_link(staff))


def _name_in(address: str) -> str:
    """What to call somebody until they say it themselves: lea.petit@… is Lea Petit."""
    return re.sub(r"[._+-]+", " ", address.partition("@")[0]).strip().title() or address


@token.command("create")
@click.option("--name", required=True, help="What the token is for.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(sorted(tokens.SCOPES)), help="Only this; may repeat."
)
def create_token(name: str, scopes: tuple[str, ...]) -> None:
    """Make a token and print it, once."""
    _, plaintext = tokens.create_token(name, list(scopes))
    db.session.commit()
    click.echo(plaintext)


@clock.command("advance")
@click.argument("by")
def advance(by: str) -> None:
    """Move the clock on BY 90s, 15m, 3h, 10d or 2w, playing all that falls due on the way."""
    try:
        played = sandbox.advance(_duration(by))
    except sandbox.NoSandbox:
        raise click.ClickException("This installation lives in real time; a sandbox has ENCORE_SANDBOX=1.") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{played.now:%Y-%m-%d %H:%M} UTC: {played.events} events, {played.steps} steps, {played.messages} messages"
    )


@log.command("retry")
def retry() -> None:
    """Give events that a consumer could not digest another chance."""
    count = queue.retry_parked()
    db.session.commit()
    click.echo(f"{count} events will be tried again.")


@click.command("doctor")
@click.option("--accept-books", is_flag=True, help="Take what is in the tables as what was written, from now on.")
def examine(accept_books: bool) -> None:
    """Look at everything that can be wrong. Ends with 1 where something is."""
    if accept_books:
        closed = books.accept()
        db.session.commit()
        click.echo(f"{closed} gaps in the books are accepted.")
    is_well = True
    for check in doctor.examine():
        mark = "!!" if not check.is_well else "? " if check.is_warning else "ok"
        click.echo(f"{mark} {check.about}: {check.said}")
        is_well = is_well and check.is_well
    if not is_well:
        sys.exit(1)


def _duration(said: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([smhdw])", said.strip())
    if match is None:
        raise click.ClickException("Say how far: 90s, 15m, 3h, 10d or 2w.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
