"""What a name that somebody typed means, in English or in French (GEN-11).

Headings of imported files and names of custom fields are matched by it: "prénom" and "First name" are one thing, and so
are "Date d'Anniversaire" and "Birthday".
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable

_SAID: dict[str, tuple[str, ...]] = {
    "first_name": ("first name", "given name", "forename", "prenom"),
    "last_name": ("last name", "surname", "family name", "nom", "nom de famille"),
    "name": ("name", "full name", "nom complet", "nom et prenom", "prenom et nom"),
    "email": ("email", "e mail", "mail", "email address", "e mail address", "courriel", "adresse e mail",
              "adresse email", "adresse mail", "adresse electronique"),
    "phone": ("phone", "phone number", "telephone", "mobile", "mobile phone", "cell", "cell phone", "tel", "portable",
              "numero de telephone", "telephone portable", "numero"),
    "tags": ("tag", "tags", "label", "labels", "etiquette", "etiquettes"),
    "location": ("location", "home location", "studio", "site", "lieu", "centre", "etablissement"),
    "language": ("language", "langue"),
    "birthday": ("birthday", "birth date", "birthdate", "date of birth", "dob", "born on", "anniversaire",
                 "date d anniversaire", "date anniversaire", "jour d anniversaire", "date de naissance", "naissance",
                 "ne le", "nee le"),
    "note": ("note", "notes", "comment", "comments", "remarque", "remarques", "commentaire", "commentaires"),
    "source": ("source", "lead source", "origine", "provenance"),
}  # fmt: skip

_MEANINGS = {said: meaning for meaning, ways in _SAID.items() for said in ways}


def plain(name: str) -> str:
    """A name without case, accents and punctuation: what is left when two people write the same thing their own way."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", bare).strip() or name.strip()  # a name may be all emoji


def meaning(name: str) -> str | None:
    """What the name stands for ("first_name", "birthday" …), or None for one that only the studio knows."""
    return _MEANINGS.get(plain(name))


def is_about(meant: str, name: str) -> bool:
    """Whether a name contains one of the ways to say something: "Child's birthday" is about a birthday."""
    words = f" {plain(name)} "
    return any(f" {said} " in words for said in _SAID[meant])


def key_for(name: str, taken: set[str], most: int = 60) -> str:
    """A key made of a name: "Date d'Anniversaire" gives date_d_anniversaire. One that is taken gets a number."""
    base = re.sub(r"[^a-z0-9]+", "_", plain(name)).strip("_")[:most] or "field"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


def slug_for(title: str, otherwise: str, is_taken: Callable[[str], bool]) -> str:
    """The part of a public address that a person can read aloud; a few letters more where it is taken."""
    base = re.sub(r"[^a-z0-9]+", "-", plain(title)).strip("-")[:60] or otherwise
    slug = base
    while is_taken(slug):
        slug = f"{base}-{secrets.token_hex(2)}"
    return slug
