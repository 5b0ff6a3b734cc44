"""Who may call the API: a bearer token, its scopes, and how often."""

from __future__ import annotations

from flask import current_app, g, request

from app.api.problems import Problem
from app.staff import tokens
from app.staff.models import ApiToken


def rate() -> str:
    """How often one token may call."""
    return str(current_app.config["API_RATE"])


def token_at_hand() -> ApiToken:
    """The token of this request."""
    token: ApiToken = g.api_token
    return token


def rate_key() -> str:
    """What requests are counted by: the token as sent, so that a bad one is counted too."""
    return request.headers.get("Authorization", "") or (request.remote_addr or "")


def check(scope: str | None) -> None:
    """Let the request pass, or raise Problem 401 or 403. A None scope asks for no token."""
    if scope is None:
        return
    kind, _, plaintext = request.headers.get("Authorization", "").partition(" ")
    token = tokens.find_token(plaintext.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise Problem(
            401,
            "Send a valid token: Authorization: Bearer TOKEN",
            headers={"WWW-Authenticate": 'Bearer realm="encore"'},
        )
    if token.scopes and scope not in token.scopes:
        raise Problem(403, f"This token lacks the scope {scope}.", scope=scope)
    g.api_token = token
