"""All in one process: web, workers and clock. What `make run` starts; nothing else to install."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType

import dramatiq
import waitress

from app import commands, create_app
from app.config import BadSettings, Settings
from app.demo import seed
from app.staff import accounts, auth
from workers import actors, broker, clock

WEB_THREADS = 20
WORKER_THREADS = 2


def main() -> None:
    """Serve until Ctrl-C or SIGTERM, then stop cleanly."""
    try:
        app = create_app()
    except BadSettings as error:
        sys.exit(f"Encore cannot start:\n{error}")
    settings = app.config["SETTINGS"]
    with app.app_context():
        commands.prepare()
        is_anybody_here = accounts.is_anybody_here()
    bell = broker.set_up(settings)
    actors.register(app)

    stop = threading.Event()
    worker = dramatiq.Worker(bell, worker_threads=WORKER_THREADS, worker_timeout=100)
    worker.start()
    ticking = threading.Thread(target=clock.run, args=(app, stop), name="clock", daemon=True)
    ticking.start()

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    say(settings, is_anybody_here=is_anybody_here)
    try:
        waitress.serve(
            app,
            host=settings.encore_host,
            port=settings.encore_port,
            threads=WEB_THREADS,
            channel_request_lookahead=1,  # lets a stream notice that its reader left
            ident=None,
        )
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        ticking.join(timeout=5)
        worker.stop()


def say(settings: Settings, *, is_anybody_here: bool) -> None:
    """Tell the person who started it where to go."""
    print(f"\nEncore is at {settings.public_url}", flush=True)  # noqa: T201
    if settings.encore_demo:
        print(f"Sign in with {seed.OWNER_EMAIL} and {auth.DEMO_PASSWORD}", flush=True)  # noqa: T201
    elif not is_anybody_here:
        print(commands.FIRST, flush=True)  # noqa: T201
    print("Ctrl-C stops it; the data stays.\n", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
