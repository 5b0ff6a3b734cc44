"""Start a private PostgreSQL and Redis, for the production shape on one machine.

`python -m scripts.services` says how to reach them and keeps them until Ctrl-C; with a command behind it, it runs the
command, which finds them in its environment, and stops them.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import types

from tests.harness import services


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, _leave)
    with services.started(careful=True) as running:
        found = {"DATABASE_URL": running.postgres.create_database("encore"), "REDIS_URL": running.redis_url}
        if command:
            return subprocess.run(command, env=os.environ | found | running.environment(), check=False).returncode
        _explain(found)
        signal.pause()
    return 0


def _explain(found: dict[str, str]) -> None:
    print("PostgreSQL and Redis are up; their data goes when you stop them (Ctrl-C). In other terminals:\n")
    for name, value in found.items():
        print(f"  export {name}='{value}'")
    print(f"  export ENCORE_SECRET_KEY={secrets.token_hex(32)}\n")
    print("  .venv/bin/flask --app wsgi db upgrade")
    print("  .venv/bin/gunicorn wsgi:app")
    print("  .venv/bin/dramatiq workers.main")
    print("  .venv/bin/python -m workers.clock", flush=True)


def _leave(_signal: int, _frame: types.FrameType | None) -> None:
    raise SystemExit(143)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
