"""docs/features.md says what is proved: every ID there has a test, and every ID that tests carry stands there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.source import ROOT


def _listed() -> set[str]:
    return set(
        re.findall(r"^\| ([A-Z]+-\d+) \|", (ROOT / "docs/features.md").read_text(encoding="utf-8"), re.MULTILINE)
    )


def _marked() -> Iterator[str]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "req":
                yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


def test_what_is_listed_is_proved_and_what_is_proved_is_listed() -> None:
    marked = set(_marked())

    assert sorted(_listed() - marked) == [], "a feature without a test: prove it or take it off the list"
    assert sorted(marked - _listed()) == [], "a proved requirement that docs/features.md does not mention"
