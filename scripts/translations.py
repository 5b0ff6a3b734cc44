"""Collect the product's text into the French catalogue and compile it: `make translations`.

Prints what still waits for its French. The catalogue has no dates, places or fuzzy guesses in it, so that two people
who add text on the same day change different lines.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FRENCH = Path("app/translations/fr/LC_MESSAGES/messages.po")

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}

HEADER = """# French for Encore. New text is collected by `make translations`.
msgid ""
msgstr ""
"Language: fr\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"""


def collected() -> Catalog:
    """Everything that the product says, in English."""
    catalog = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir("app", METHODS, OPTIONS, KEYWORDS):
        catalog.add(message, context=context)
    return catalog


def french() -> Catalog:
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr")


def untranslated(catalog: Catalog) -> list[str]:
    """What has no French yet."""
    return [_said(message.id) for message in catalog if message.id and not all(texts(message.string))]


def compile_french(catalog: Catalog) -> None:
    with FRENCH.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)


def update() -> Catalog:
    """Bring the catalogue up to what the product says now; what it no longer says goes."""
    catalog = french()
    catalog.update(collected(), no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    FRENCH.write_bytes(HEADER.encode() + b"\n" + body.getvalue().strip() + b"\n")
    return french()


def texts(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string or ""] if isinstance(string, str | None) else list(string)


def _said(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def main(arguments: list[str]) -> int:
    catalog = french() if arguments == ["compile"] else update()
    compile_french(catalog)
    missing = untranslated(catalog)
    if missing and arguments != ["compile"]:
        print(f"{len(missing)} texts without French:", *missing, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
