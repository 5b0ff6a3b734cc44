"""The lock files fix every package by its hash and say nothing of where one machine happened to get it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.house import source

LOCKS = source.files("requirements*.lock")


@pytest.mark.parametrize("lock", LOCKS, ids=source.name)
def test_a_python_lock_has_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text()

    assert "://" not in text
    assert re.findall(r"^[a-z0-9.-]+==\S+$", text, re.MULTILINE) == [], "a package without a hash"


def test_the_node_lock_has_hashes_and_no_addresses() -> None:
    packages = json.loads((source.ROOT / "package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}

    assert [name for name, package in fetched.items() if "resolved" in package] == []
    assert [name for name, package in fetched.items() if "integrity" not in package] == []
