"""Loaded first by every Python process that tests start with this folder on PYTHONPATH."""

import os

from tests.harness import sockets

if sockets.LOG in os.environ:
    sockets.SocketWatch().begin()
