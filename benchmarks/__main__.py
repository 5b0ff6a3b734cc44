"""Run the benchmarks: `make bench`, or with servers of your own `DATABASE_URL=… REDIS_URL=… python -m benchmarks`.

The sizes are ENCORE_BENCH_PEOPLE, of which the peers take a tenth, for they would need half an hour.
"""

from __future__ import annotations

import os

from benchmarks import builder, events_to_steps, flat, sequences

PEOPLE = int(os.environ.get("ENCORE_BENCH_PEOPLE", "10000"))

if __name__ == "__main__":
    events_to_steps.run(PEOPLE)
    flat.run()
    builder.run()
    sequences.run(PEOPLE, of_peers=PEOPLE // 10)
