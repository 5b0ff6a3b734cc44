"""HTTP in one place: pages and partials, one transaction a request, permissions, errors, headers.

A view reads its form, calls one verb and answers with `page` or `reply`. It never commits: an answer below 400 commits,
anything else rolls back.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar

import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf import CSRFProtect
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import IntegerConverter, Map

from app.db import db, set_reading

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, default_limits=[])

MAX_UPLOAD_BYTES = 5 * 1024 * 1024

OOB = Markup('hx-swap-oob="true"')


class Refusal(Exception):
    """The business says no. The text is a whole sentence for the person who asked."""

    status = 409


# ------------------------------------------------------------------ answers


def wants_partial() -> bool:
    """Whether HTMX will swap the answer into a part of the page at hand."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def is_page() -> bool:
    """Whether a whole page is asked for: no partial, no stream, nothing for other systems."""
    return "text/html" in request.headers.get("Accept", "text/html") and not wants_partial()


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """Show a page, or only its inside (`leads/_board.html` for `leads/board.html`) when HTMX swaps it in."""
    folder, _, name = template.rpartition("/")
    wanted = f"{folder}/_{name}" if wants_partial() else template
    response = make_response(render_template(wanted, oob="", **context), status)
    response.vary.update(["HX-Request", "HX-Request-Type"])
    return response


def reply(
    template: str,
    *,
    back: str,
    also: tuple[str, ...] = (),
    status: int = 200,
    toast: str | None = None,
    undo: str | None = None,
    **context: Any,
) -> Response:
    """Answer a POST with the changed partial and others out of band; without HTMX, send the browser `back` (303)."""
    if not wants_partial():
        return redirect(back, code=303)  # type: ignore[return-value]
    parts = [render_template(template, oob="", **context)]
    parts += [render_template(one, oob=OOB, **context) for one in also]
    response = make_response("\n".join(parts), status)
    if toast:
        tell(response, toast, undo=undo)
    return response


def spreadsheet(name: str, rows: Iterable[Iterable[str]]) -> Response:
    """Answer with a file for a spreadsheet, of that name."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")  # Excel asks for the mark
    response.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return response


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not compute: people type formulas into forms."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def go(to: str, *, toast: str | None = None) -> Response:
    """Send the browser to another page, whether HTMX asked or not. The toast is shown there."""
    if toast:
        flash(str(toast))
    if request.headers.get("HX-Request") == "true":
        response = make_response("", 204)
        response.headers["HX-Location" if not toast else "HX-Redirect"] = to
        return response
    return redirect(to, code=303)  # type: ignore[return-value]


def tell(response: Response, text: str, *, tone: str = "ok", undo: str | None = None) -> Response:
    """Add a toast to an answer. `undo` is an address to POST to."""
    trigger(response, "toast", {"text": str(text), "tone": tone, "undo": undo})
    return response


def trigger(response: Response, name: str, detail: Any = None) -> Response:
    """Fire a DOM event in the browser once the answer is in."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps(events | {name: detail})
    return response


# ------------------------------------------------------------------ who may


def needs(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only staff whose role allows it. Checked before the view runs; signed out, one is sent to sign in."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Any member of the staff, whatever the role."""
    view.permission = "signed-in"  # type: ignore[attr-defined]
    return view


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anybody, without signing in."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def writes(view: Callable[P, R]) -> Callable[P, R]:
    """A GET whose transaction writes all the same: it records something (the open marker, a tracked link), or lets the
    engine run for a simulation, which is undone.
    """
    view.writes = True  # type: ignore[attr-defined]
    return view


def embeddable(view: Callable[P, R]) -> Callable[P, R]:
    """A public page that other websites may show in a frame."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        g.embeddable = True
        return view(*args, **kwargs)

    return shown


def permission_of(endpoint: str) -> str | None:
    """What a route asks for: a permission, "signed-in", "public", or None where its author forgot to say."""
    if endpoint == "static":
        return "public"
    return getattr(current_app.view_functions[endpoint], "permission", None)


def _guard() -> Response | None:
    if request.endpoint is None:
        return None
    wanted = permission_of(request.endpoint)
    if wanted == "public":
        return None
    if wanted is None:
        raise RuntimeError(f"{request.endpoint} says nothing of who may")
    if not current_user.is_authenticated:
        return go(url_for("auth.sign_in", next=request.full_path if request.method == "GET" else None))
    if wanted != "signed-in" and not current_user.may(wanted):
        abort(403)
    return None


# ------------------------------------------------------------------ one transaction a request


def _begin() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    set_reading(request.method in {"GET", "HEAD", "OPTIONS"} and not getattr(view, "writes", False))


def _end(response: Response) -> Response:
    if response.status_code < HTTPStatus.BAD_REQUEST:
        db.session.commit()
    else:
        db.session.rollback()
    return response


# ------------------------------------------------------------------ errors

_other_errors: dict[str, Callable[[HTTPException], Response]] = {}


def answer_errors_below(prefix: str, say: Callable[[HTTPException], Response]) -> None:
    """Let another room word the errors of the addresses below a prefix (the API answers in JSON)."""
    _other_errors[prefix] = say


def _refused(refusal: Refusal) -> Response:
    db.session.rollback()
    return _error(refusal.status, str(refusal))


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    db.session.rollback()
    for prefix, say in _other_errors.items():
        if request.path.startswith(prefix):
            return say(error)
    response = _error(error.code or 500, None)
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _crashed(error: Exception) -> Response:
    db.session.rollback()
    log.error("request.failed", endpoint=request.endpoint, error=type(error).__name__, exc_info=error)
    if current_app.testing or current_app.debug:
        raise error
    return _http_error(InternalServerError())


def _error(status: int, text: str | None) -> Response:
    """An error page, or for HTMX a toast that leaves the page as it was: what somebody typed is still there."""
    known = status if status in {400, 403, 404, 409, 413, 429} else 500
    if request.headers.get("HX-Request") == "true":
        said = render_template("errors/_said.html", status=known, text=text, oob="").strip()
        response = make_response("", status)
        response.headers["HX-Reswap"] = "none"
        return tell(response, said, tone="danger")
    return make_response(render_template("errors/error.html", status=known, text=text), status)


# ------------------------------------------------------------------ headers


def csp_nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _secure(response: Response) -> Response:
    ancestors = "*" if g.get("embeddable") else "'none'"
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'self'; script-src 'self' 'nonce-{csp_nonce()}'; style-src 'self'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; "
        f"form-action 'self'; frame-src 'self'; frame-ancestors {ancestors}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


class RecordId(IntegerConverter):
    """A number in an address: beyond 63 bits no row can have it, and the database would choke on it."""

    def __init__(self, url_map: Map, fixed_digits: int = 0) -> None:
        super().__init__(url_map, fixed_digits=fixed_digits, max=2**63 - 1)


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RecordId
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_begin)
    app.before_request(_guard)
    app.after_request(_secure)
    app.teardown_request(lambda _error: set_reading(False))  # what this thread does next may write
    app.after_request(_end)  # runs first: Flask calls these in reverse
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crashed)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
