"""Run the benchmarks: `make bench`, or with a database of your own `DATABASE_URL=… python -m benchmarks [PEOPLE]`."""

from __future__ import annotations

import sys

from benchmarks import events_to_steps

DEFAULT_PEOPLE = 10_000

if __name__ == "__main__":
    events_to_steps.run(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PEOPLE)
