"""What every test may ask for. The parts are in `tests/harness/`."""

pytest_plugins = ["tests.harness.watch", "tests.harness.fixtures", "tests.harness.live_fixtures"]
