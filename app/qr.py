"""An address as a QR code, to be shown, downloaded and printed."""

from __future__ import annotations

import io

import segno
from flask import Response, request


def drawn(address: str) -> Response:
    """The code as an SVG picture; as a file to keep where the request asks for `download`."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=8, border=2, light="white")
    response = Response(picture.getvalue(), mimetype="image/svg+xml")
    if "download" in request.args:
        response.headers["Content-Disposition"] = "attachment; filename=qr.svg"
    return response
