"""What `dramatiq workers.main` runs: the application, its broker, its actors."""

from __future__ import annotations

import gc
import sys

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

# A thread that hears from the mail server waits for the one that computes, four times a mail: a half instead of five
# milliseconds at the most.
sys.setswitchinterval(0.0005)
