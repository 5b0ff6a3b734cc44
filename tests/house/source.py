"""The product's own files, read as text and as syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "app" / "templates"
_NOT_OURS = {"vendor", "__pycache__", "node_modules", "versions"}


def files(*patterns: str) -> list[Path]:
    """Our files that match, without those that were fetched or generated."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if not _NOT_OURS & set(path.parts)}
    return sorted(path for path in found if path.is_file())


def name(path: Path) -> str:
    """How a message calls a file."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def module(path: Path) -> str:
    """A file's dotted name: "app.leads.board", and "app.leads" for its `__init__.py`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a file imports: modules, and what it takes from packages."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """The calls in a file as written, with their lines: ("db.session.commit", 41)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno
