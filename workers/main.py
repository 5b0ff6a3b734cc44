"""What `dramatiq workers.main` runs: the application, its broker, its actors."""

from __future__ import annotations

import gc

import dramatiq

from app import create_app
from workers import actors
from workers import broker as broker_module

app = create_app()
broker: dramatiq.Broker = broker_module.set_up(app.config["SETTINGS"])
actors.register(app)

# What has been made so far stays for as long as the process: the collector need not look through it again and again.
gc.collect()
gc.freeze()
