"""What goes into the log: one line an event, readable where a person watches, JSON where none does.

Never what was in hand: a failure is told with its traceback, without local variables and without the parameters of
statements (`hide_parameters` of the engine), which hold names, addresses and texts.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor


def set_up() -> None:
    """Say how every process of ours writes its log."""
    is_watched = sys.stdout.isatty()
    ending: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if is_watched
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *ending,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
