"""The texts of the messages: ready-made, or the studio's own, in every language; what is replaced in them and how."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, TypeAdapter

from app.i18n import LANGUAGES
from app.messaging import variables
from app.notices.catalogue import VARIABLES, Notice

READY = Path(__file__).parent / "ready.yaml"


class Text(BaseModel):
    """What a message says in one language."""

    subject: str = ""
    body: str = ""
    sms: str = ""


Texts = dict[str, Text]  # by language

_READY = TypeAdapter(dict[str, Texts])

_LOOKS_LIKE_ONE = re.compile(r"#{0,3}\{\{[^{}]*\}\}")
_TOKEN = re.compile(r"##\{\{([A-Za-z][A-Za-z0-9_]*)\}\}")
_TOKEN_AND_COMMA = re.compile(r"(?:, )?##\{\{([A-Za-z][A-Za-z0-9_]*)\}\}")
_BETWEEN = " ,;·–-()"  # what may stand between variables on a line of their own
_GAP = re.compile(r"\n{3,}")


@cache
def _ready() -> dict[str, Texts]:
    return _READY.validate_python(yaml.safe_load(READY.read_text(encoding="utf-8")))


def original(notice: Notice) -> Texts:
    """The ready-made text of a message."""
    return _ready()[notice.key]


def stored(texts: Mapping[str, object]) -> Texts:
    """Texts as they stand in the database."""
    return {language: Text.model_validate(texts.get(language, {})) for language in LANGUAGES}


@dataclass(frozen=True)
class Unknown:
    """Something in a text that looks like a variable and will be sent as it stands."""

    token: str
    meant: str | None  # the variable it resembles


def unknown_in(notice: Notice, text: Text) -> list[Unknown]:
    """What in a text looks like a variable of this message and is none (TXN-05)."""
    known = {one.token for one in notice.variables}
    keys = {one.key.lower(): one.token for one in notice.variables}
    found = []
    for token in dict.fromkeys(_LOOKS_LIKE_ONE.findall(f"{text.subject}\n{text.body}\n{text.sms}")):
        if token not in known:
            name = token.strip("#{} ").lower()
            near = difflib.get_close_matches(name, keys, n=1, cutoff=0.7)
            found.append(Unknown(token, keys[near[0]] if near else None))
    return found


@dataclass(frozen=True)
class Missing:
    """A variable that a text has lost and cannot do without, and where: "body" or "sms"."""

    token: str
    language: str
    part: str


def missing_in(notice: Notice, written: Texts) -> list[Missing]:
    """What these texts have lost that the message cannot do without (WVR-05). No SMS at all is fine."""
    return [
        Missing(VARIABLES[key].token, language, part)
        for language, text in written.items()
        for part, said in (("body", text.body), ("sms", text.sms))
        for key in notice.must_keep
        if VARIABLES[key].token not in said and (said or part == "body")
    ]


def filled(notice: Notice, text: Text, values: Mapping[str, str]) -> Text:
    """A text with its variables replaced: those listed, exactly spelled, and no others (TXN-05)."""
    listed = {key: value for key, value in values.items() if key in notice.keys}
    subject = variables.fill(_without_empty(text.subject, listed), listed)
    return Text(
        subject=" ".join(subject.split()).strip(_BETWEEN + ":"),
        body=_fill_lines(text.body, listed),
        sms=variables.fill(_without_empty(text.sms, listed), listed).strip(),
    )


def _without_empty(text: str, values: Mapping[str, str]) -> str:
    """Take out what says nothing, and the comma before it: "Yin, , 18:30" is how a machine writes."""
    return _TOKEN_AND_COMMA.sub(lambda found: found[0] if values.get(found[1]) != "" else "", text)


def _fill_lines(text: str, values: Mapping[str, str]) -> str:
    """Line by line: one of which nothing is left but what stood between its variables goes."""
    lines = []
    for line in text.splitlines():
        said = variables.fill(_without_empty(line, values), values)
        if said.strip(_BETWEEN) or not _TOKEN.search(line):
            lines.append(said.strip(_BETWEEN) if _is_row_of_variables(line) else said)
    return _GAP.sub("\n\n", "\n".join(lines)).strip()


def _is_row_of_variables(line: str) -> bool:
    """Whether a line is several variables and what joins them; what one alone says is left as it is."""
    return len(_TOKEN.findall(line)) > 1 and not _TOKEN.sub("", line).strip(_BETWEEN)
