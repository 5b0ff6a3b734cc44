"""Settings from the environment, typed and checked once at start.

A bad value stops the start with one line a variable, saying which and what it should be.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

DEFAULT_SECRET = "not-a-secret"  # noqa: S105 - a marker that production refuses, never a key worth having


class BadSettings(Exception):
    """The environment cannot be run with; the message has one line a variable."""


class Settings(BaseModel):
    """Everything the installation is told from outside. Field names are the variables' names, lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    encore_host: str = "127.0.0.1"
    encore_port: int = Field(default=8000, ge=1, le=65535)
    encore_data: Path = Path("var")
    encore_public_url: str = ""
    encore_secret_key: str = DEFAULT_SECRET
    encore_sandbox: bool = False
    encore_demo: bool = False
    encore_smtp_url: str | None = None
    database_url: str = ""
    redis_url: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_from: str | None = None
    twilio_base_url: str = "https://api.twilio.com"

    @field_validator("*", mode="before")
    @classmethod
    def _strip(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator("encore_public_url", "twilio_base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"http", "https"}:
            raise ValueError("should be an address such as https://studio.example")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database_address(cls, value: str) -> str:
        if value.startswith(("postgresql://", "postgres://")):
            # SQLAlchemy wants the driver named; the two short forms are what hosting panels hand out.
            return "postgresql+psycopg://" + value.split("://", 1)[1]
        if value and not value.startswith(("postgresql+psycopg://", "sqlite://")):
            raise ValueError("should begin with postgresql:// or sqlite://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str | None) -> str | None:
        if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("should begin with redis://, rediss:// or unix://")
        return value

    @field_validator("encore_smtp_url")
    @classmethod
    def _smtp_address(cls, value: str | None) -> str | None:
        if value and (urlsplit(value).scheme not in {"smtp", "smtps", "smtp+starttls"} or not urlsplit(value).hostname):
            raise ValueError("should look like smtp://user:password@host:25, smtps:// or smtp+starttls://")
        return value

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if not (self.encore_demo or self.encore_sandbox) and self.encore_secret_key in {"", DEFAULT_SECRET}:
            raise ValueError(
                "ENCORE_SECRET_KEY: set a long random value; only the demo and the sandbox run without one"
            )
        given = [self.twilio_account_sid, self.twilio_auth_token, self.twilio_from]
        if any(given) and not all(given):
            raise ValueError("TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM: set all three or none")
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy address: the one given, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.encore_data.absolute() / 'encore.sqlite3'}"

    @property
    def public_url(self) -> str:
        """Where clients and providers reach this installation, without a closing slash."""
        return self.encore_public_url or f"http://{self.encore_host}:{self.encore_port}"

    @property
    def rate_limit_storage(self) -> str:
        """Where requests are counted: in Redis, for which the limiter has its own word when it is a unix socket."""
        return (self.redis_url or "memory://").replace("unix://", "redis+unix://", 1)

    @property
    def has_twilio(self) -> bool:
        return self.twilio_account_sid is not None


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Blank variables count as unset. Raises BadSettings."""
    known = {name: environ[name.upper()] for name in Settings.model_fields if environ.get(name.upper(), "").strip()}
    try:
        return Settings.model_validate(known)
    except ValidationError as error:
        raise BadSettings("\n".join(_line(one["loc"], one["msg"]) for one in error.errors())) from None


def _line(location: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {said}" if location else said
