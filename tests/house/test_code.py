"""Who may commit, who may read the time, how long a file may be, where imports stand."""

from __future__ import annotations

import ast

from tests.house import source

PRODUCT = [*source.files("app/**/*.py", "workers/*.py"), source.ROOT / "wsgi.py"]

# A transaction ends in one place: a request's in web.py, a batch's in work.py and the workers, a command's in itself.
MAY_COMMIT = ("app/web.py", "app/work.py", "app/sandbox.py", "app/commands.py", "app/demo/", "workers/")

# The clock itself; and signs of life, which must not leap with a sandbox's clock.
MAY_READ_THE_TIME = ("app/clock.py", "app/staff/pulse.py")
TIME = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "func.now",
    "func.current_timestamp",
)

MOST_LINES = 1000


def test_nobody_commits_but_who_answers_for_the_whole() -> None:
    breaches = [
        f"{source.name(path)}:{line}"
        for path in PRODUCT
        if not source.name(path).startswith(MAY_COMMIT)
        for call, line in source.calls(path)
        if call.endswith("session.commit")
    ]

    assert breaches == [], "verbs never commit: returning commits, raising rolls back"


def test_nobody_reads_the_time_but_the_clock() -> None:
    breaches = [
        f"{source.name(path)}:{line} {call}()"
        for path in PRODUCT
        if source.name(path) not in MAY_READ_THE_TIME
        for call, line in source.calls(path)
        if call.endswith(TIME)
    ]

    assert breaches == [], "ask app.clock.now(), which tests set and a sandbox moves"


def test_imports_stand_at_the_top() -> None:
    breaches = [
        f"{source.name(path)}:{node.lineno}"
        for path in [*PRODUCT, *source.files("tests/**/*.py", "scripts/*.py", "migrations/env.py")]
        for function in ast.walk(source.tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "create_app"
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert breaches == [], "an import inside a function is a circle in disguise"


def test_no_file_is_a_tangle() -> None:
    code = source.files("app/**/*.py", "workers/*.py", "tests/**/*.py", "benchmarks/**/*.py", "scripts/*", "Makefile")
    pages = source.files("app/**/*.html", "app/static/**/*.css", "app/static/**/*.js", "app/static/**/*.mjs")
    lengths = {source.name(path): len(path.read_text().splitlines()) for path in [*code, *pages]}

    assert {name: lines for name, lines in lengths.items() if lines >= MOST_LINES} == {}
