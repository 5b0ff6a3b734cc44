"""The addresses of static files: each carries the version of the whole folder, so that browsers may keep them for ever.

A change of any file changes every address; relative ones inside (`import "./menu-keys.js"`, `url(fonts/…)`) follow by
themselves. The style sheets go out as one: layers make their order irrelevant, so joining them is all the build.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory, url_for

from app.web import public

bp = Blueprint("assets", __name__)

FOR_EVER = "public, max-age=31536000, immutable"


@bp.get("/assets/<version>/<path:filename>")
@public
def file(version: str, filename: str) -> Response:  # noqa: ARG001 - it is only there to be different
    response = send_from_directory(_folder(), filename)
    return _kept(response)


@bp.get("/assets/<version>/encore.css")
@public
def stylesheet(version: str) -> Response:  # noqa: ARG001
    css = joined_css(_folder(), _version())
    if request.accept_encodings.quality("gzip"):
        response = Response(_packed(css), mimetype="text/css", headers={"Content-Encoding": "gzip"})
    else:
        response = Response(css, mimetype="text/css")
    response.vary.add("Accept-Encoding")
    return _kept(response)


def asset(filename: str) -> str:
    """The address of a file of the static folder; "encore.css" is all style sheets in one."""
    if filename == "encore.css":
        return url_for("assets.stylesheet", version=_version())
    return url_for("assets.file", version=_version(), filename=filename)


@lru_cache(maxsize=2)
def joined_css(folder: Path, version: str) -> str:  # noqa: ARG001 - part of the cache's key
    """All style sheets, the fonts' first and then the one that says the order of the layers."""
    fonts = folder / "vendor" / "fonts.css"
    sheets = [sheet.read_text() for sheet in sorted((folder / "css").rglob("*.css"), key=_rank)]
    given = fonts.read_text().replace("url(fonts/", "url(vendor/fonts/") if fonts.exists() else ""
    return "\n".join([given, *sheets])


@lru_cache(maxsize=2)
def _packed(css: str) -> bytes:
    return gzip.compress(css.encode(), mtime=0)


def _rank(sheet: Path) -> tuple[bool, str]:
    return sheet.name != "layers.css", str(sheet)


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = FOR_EVER
    return response


def _folder() -> Path:
    return Path(current_app.static_folder or "")


def _version() -> str:
    if current_app.debug:
        return _digest(_folder())
    known = current_app.extensions.get("assets_version")
    if known is None:
        known = current_app.extensions["assets_version"] = _digest(_folder())
    return str(known)


def _digest(folder: Path) -> str:
    """A short name for what is in the folder: the same on every machine that serves the same files."""
    state = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        state.update(str(path.relative_to(folder)).encode())
        state.update(path.read_bytes())
    return state.hexdigest()[:10]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["asset"] = asset
