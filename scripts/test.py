"""Check everything, section by section: what `make test` runs. `python -m scripts.test lint` stops before the tests.

Every section runs even when one before it failed, so that one run tells all there is to mend. The servers are private
to the run and are stopped at its end, whatever the end is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.harness import browser, services

BIN = Path(sys.executable).parent
PYTEST = (sys.executable, "-m", "pytest")
UPGRADE_CHECK = "node_modules/htmx.org/dist/scripts/upgrade-check.js"


@dataclass(frozen=True)
class Section:
    """One heading of the output. It passes when all its commands do."""

    title: str
    commands: Sequence[Sequence[str | Path]]


LINT = (
    Section("Style", [(BIN / "ruff", "check", "."), (BIN / "ruff", "format", "--check", ".")]),
    Section("Types", [(BIN / "mypy",)]),
    Section(
        "Templates",
        [
            (BIN / "djlint", "app/templates", "--lint", "--quiet"),
            ("scripts/with-node", "node", UPGRADE_CHECK, "app/templates"),
        ],
    ),
    Section(
        "Dependencies",
        [
            (sys.executable, "-m", "pip", "check", "--disable-pip-version-check"),
            ("echo", "Known vulnerabilities: not asked for, that needs the network (make audit)."),
        ],
    ),
)

ON_POSTGRESQL = "not (embedded or browser or chaos or screenshots)"
ON_SQLITE = "not (browser or chaos or screenshots)"
TESTS = (
    Section("House rules", [(*PYTEST, "-q", "tests/house")]),
    Section(
        "Unit and integration tests, on PostgreSQL and Redis",
        [(*PYTEST, "-q", "-n", "2", "-m", ON_POSTGRESQL, "--ignore=tests/house")],
    ),
    Section(
        "The same on the embedded default: SQLite, one process",
        [(*PYTEST, "-q", "-n", "2", "-m", ON_SQLITE, "--sqlite", "--ignore=tests/house")],
    ),
    Section("In a browser, both shapes", [(*PYTEST, "-q", "-m", "browser and not screenshots")]),
    Section("Chaos: killing things in the middle of their work", [(*PYTEST, "-q", "-m", "chaos")]),
)


def main(wanted: list[str]) -> int:
    signal.signal(signal.SIGTERM, _leave)
    results = [_check(section, os.environ) for section in LINT]
    if wanted != ["lint"]:
        with services.started() as running:
            environ = os.environ | running.environment() | {"CHROMIUM": str(browser.find_chromium())}
            results += [_check(section, environ) for section in TESTS]
    _summarise(results)
    return 0 if all(passed for _, passed, _ in results) else 1


def _check(section: Section, environ: Mapping[str, str]) -> tuple[str, bool, float]:
    print(f"\n== {section.title} ".ljust(100, "="), flush=True)
    begun = time.monotonic()
    statuses = [subprocess.run(command, env=environ, check=False).returncode for command in section.commands]
    return section.title, not any(statuses), time.monotonic() - begun


def _summarise(results: Sequence[tuple[str, bool, float]]) -> None:
    print("\n== Summary ".ljust(100, "="))
    for title, passed, seconds in results:
        print(f"{'passed' if passed else 'FAILED'}  {seconds:6.1f} s  {title}")


def _leave(_signal: int, _frame: types.FrameType | None) -> None:
    raise SystemExit(143)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
