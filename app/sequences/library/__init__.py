"""Ready-made sequences, as documents in files: `NAME.LANGUAGE.yaml`."""

from __future__ import annotations

from pathlib import Path

from app.sequences import formats, graph

FOLDER = Path(__file__).parent

NEW_LEAD_FOLLOW_UP = "new-lead-follow-up"


class NotInLibrary(KeyError):
    """The library has no document of that name."""


def names() -> list[str]:
    """What there is, whatever the language."""
    return sorted({path.name.split(".")[0] for path in FOLDER.glob("*.yaml")})


def load(name: str, language: str = "en") -> graph.Document:
    """A ready-made document, in English where the language has none of its own. Raises NotInLibrary."""
    for wanted in (language, "en"):
        path = FOLDER / f"{name}.{wanted}.yaml"
        if name in names() and path.exists():
            return formats.parse(path.read_text(encoding="utf-8"))
    raise NotInLibrary(name)
