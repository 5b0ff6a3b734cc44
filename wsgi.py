"""What a web server runs: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from __future__ import annotations

import sys

from app import create_app
from app.config import BadSettings
from workers import broker

try:
    app = create_app()
except BadSettings as error:
    sys.exit(f"Encore cannot start:\n{error}")

broker.set_up(app.config["SETTINGS"])
