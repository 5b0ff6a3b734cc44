"""Ready-made folders of sequences, one file each: what a folder is for, and its sequences as documents (TPL).

In a file every text stands in both languages, `{en: …, fr: …}`, so that the two can never have other steps or delays.
A role or a source is named by its key: studios give them other names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.db import db
from app.i18n import LANGUAGES
from app.leads.models import LeadSource
from app.sequences import formats, graph
from app.staff.models import Role

FILES = Path(__file__).parent

GROUPS: dict[str, LazyString] = {
    "onboarding": _("Onboarding"),
    "leads": _("New people"),
    "winback": _("Win-back"),
    "joy": _("Joy"),
}


class NotInLibrary(KeyError):
    """The library has no folder of that key."""


@dataclass(frozen=True)
class Template:
    """A ready-made folder in one language. `notice` says what to look after, where there is something."""

    key: str
    group: str
    language: str
    title: str
    description: str
    notice: str
    sequences: tuple[Mapping[str, Any], ...]

    def documents(self) -> list[graph.Document]:
        """Its sequences, with roles and sources by the names that this studio has given them. Two queries."""
        names = {"role": _names(Role), "source": _names(LeadSource)}
        return [formats.parse(_named(said, names)) for said in self.sequences]


def templates(language: str) -> list[Template]:
    """All ready-made folders, in the order of the gallery; in English where a language has no texts."""
    spoken = language if language in LANGUAGES else "en"
    return [_template(said, spoken) for said in _files().values()]


def template(key: str, language: str) -> Template:
    """One of them. Raises NotInLibrary."""
    found = next((one for one in templates(language) if one.key == key), None)
    if found is None:
        raise NotInLibrary(key)
    return found


@cache
def _files() -> dict[str, Mapping[str, Any]]:
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES.glob("*.yaml")]
    return {said["key"]: said for said in sorted(read, key=lambda said: int(said["place"]))}


def _template(said: Mapping[str, Any], language: str) -> Template:
    own = _spoken(said, language)
    return Template(
        key=own["key"],
        group=own["group"],
        language=language,
        title=own["title"],
        description=own["description"],
        notice=own.get("notice", ""),
        sequences=tuple(own["sequences"]),
    )


def _spoken(said: Any, language: str) -> Any:
    """The same in one language: `{en: …, fr: …}` becomes one of its texts."""
    if isinstance(said, Mapping):
        if said.keys() == LANGUAGES.keys():
            return said[language]
        return {key: _spoken(value, language) for key, value in said.items()}
    if isinstance(said, list):
        return [_spoken(one, language) for one in said]
    return said


def _names(model: type[Role | LeadSource]) -> dict[str, str]:
    return {key: name for key, name in db.session.query(model.key, model.name) if key is not None}


def _named(said: Any, names: Mapping[str, Mapping[str, str]], what: str = "") -> Any:
    """The same, with the names of roles and sources in the place of their keys; one that is gone keeps its key."""
    if isinstance(said, Mapping):
        return {key: _named(value, names, key) for key, value in said.items()}
    if isinstance(said, list):
        return [_named(one, names, what) for one in said]
    return names.get(what, {}).get(said, said) if isinstance(said, str) else said
