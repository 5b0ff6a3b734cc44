"""Tests wait for what they expect, and meet the real thing."""

from __future__ import annotations

from tests.house import source

# These wait for other programs, which have no way to call back, and as long as a person takes to fill in a form.
MAY_SLEEP = {"tests/harness/processes.py", "tests/e2e/test_story_in_the_browser.py"}
TESTS = source.files("tests/**/*.py")


def test_no_test_sleeps() -> None:
    breaches = [
        f"{source.name(path)}:{line}"
        for path in TESTS
        if source.name(path) not in MAY_SLEEP
        for call, line in source.calls(path)
        if call.endswith(("time.sleep", "wait_for_timeout"))
    ]

    assert breaches == [], "set the clock, or wait for what should appear: expect(…).to_be_visible()"


def test_no_test_mocks() -> None:
    breaches = [source.name(path) for path in TESTS if any("mock" in name.split(".") for name in source.imports(path))]

    assert breaches == [], "use the real thing, or a stand-in that speaks the real protocol (tests/harness)"
