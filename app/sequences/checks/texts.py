"""What a careful reader finds in the texts: placeholders, variables that stay as they are, links that lead nowhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from app.messaging import segments, variables
from app.messaging.models import EMAIL, SMS
from app.sequences import faults, graph, safety
from app.sequences.actions.messages import MessageParams
from app.sequences.actions.registry import nearest
from app.sequences.checks.registry import NOTICE, WARNING, Finding, Look, Mend, check, with_params

PLACEHOLDER = re.compile(r"\[[^\[\]\n]{2,60}\]")
# A part of an SMS costs as much as an SMS: from the second on it is said, from the fourth on it is warned of.
MANY_SEGMENTS = 4

_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*(["'])(.*?)\1""", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>\"']*", re.IGNORECASE)
_NO_HOST = re.compile(r"^(?!localhost$)[^.]*$")
_OTHERS = frozenset({"mailto", "tel", "sms"})  # what else a link may open
_EXAMPLES = ("example.com", "example.org", "example.net")
_WITHOUT_SCHEME = re.compile(r"^(www\.)?[\w-]+(\.[\w-]+)+(/\S*)?$")


# ------------------------------------------------------------------ placeholders and variables


@check("placeholder")
def placeholders(look: Look) -> Iterator[Finding]:
    """What stands in square brackets and is to be replaced: each once, however often it stands (SEQ-24)."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, _field, text in faults.texts(look.document):
        for placeholder in dict.fromkeys(PLACEHOLDER.findall(_unlinked(text))):
            if place.step.id not in found[placeholder]:
                found[placeholder].append(place.step.id)
    for placeholder, steps in found.items():
        many = ngettext("It stands in %(num)s step.", "It stands in %(num)s steps.", len(steps))
        hint = many if len(steps) > 1 else ""
        said = _("Replace the placeholder %(text)s", text=placeholder)
        mend = Mend(
            _("Replace"), _put_for(placeholder), asks=_("What stands there instead of %(text)s", text=placeholder)
        )
        yield Finding(said, steps[0], about=placeholder, hint=hint, mend=mend)


def _unlinked(text: str) -> str:
    """A text without its addresses: brackets in one belong to it."""
    return _ADDRESS.sub("", text)


def _put_for(placeholder: str) -> Callable[[graph.Document, str], graph.Document]:
    return lambda document, typed: _replaced(document, placeholder, typed.strip())


def _replaced(document: graph.Document, old: str, new: str, *, is_markup: bool = False) -> graph.Document:
    """The document with one text in place of another, wherever it stands in its steps."""
    said = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    said["steps"] = _spelled(said["steps"], old, (new, new if is_markup else escape(new)))
    return graph.Document.model_validate(said)


def _spelled(said: Any, old: str, new: tuple[str, str], key: str = "") -> Any:
    """Plain values with another text in place of one: the first of `new`, in HTML the second."""
    if isinstance(said, dict):
        return {name: _spelled(value, old, new, name) for name, value in said.items()}
    if isinstance(said, list):
        return [_spelled(value, old, new, key) for value in said]
    return said.replace(old, new[key == "html"]) if isinstance(said, str) else said


@check("variable")
def unknown_variables(look: Look) -> Iterator[Finding]:
    """Variables that messages of sequences have no value for: they would go out as they stand (SEQ-26)."""
    usable = [one.key for one in variables.usable(variables.SEQUENCE)]
    for place, field, text in faults.texts(look.document):
        for name in sorted(variables.keys_in(text) - set(usable)):
            near = nearest(name, usable).partition(",")[0]
            said = _("##{{%(name)s}} is not filled in here", name=name)
            mend = Mend(_("Use ##{{%(name)s}}", name=near), _rename(name, near))
            yield Finding(said, place.step.id, about=f"{field} {name}", hint=_("It goes out as it stands."), mend=mend)


def _rename(name: str, near: str) -> Callable[[graph.Document, str], graph.Document]:
    old, new = f"##{{{{{name}}}}}", f"##{{{{{near}}}}}"
    return lambda document, _typed: _replaced(document, old, new)


# ------------------------------------------------------------------ links


@check("link")
def broken_links(look: Look) -> Iterator[Finding]:
    """Links that lead nowhere, as far as that shows without following them."""
    for step in look.messages:
        for address in dict.fromkeys(_links(step)):
            why = _why_broken(address)
            if why:
                said = (
                    _("The link “%(address)s” leads nowhere", address=address)
                    if address
                    else _("A link has no address")
                )
                yield Finding(said, step.id, about=address, hint=why, mend=_mended(address))


def _links(step: graph.ActionStep) -> Iterator[str]:
    for place, text in step.action.written(step.params):
        if place.endswith("/href"):
            yield text.strip()
        elif step.action.channel == EMAIL and (place == "html" or place.endswith("/html")):
            yield from (address.strip() for _quote, address in _HREF.findall(text))
        elif step.action.channel != EMAIL:
            yield from _ADDRESS.findall(text)


def _why_broken(address: str) -> str:
    """Why an address leads nowhere; empty where it may lead somewhere, or is still to be filled in."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if "##{{" in address or PLACEHOLDER.search(address):
        why = ""
    elif address in {"", "#"} or (parts.scheme in _OTHERS and not parts.path):
        why = _("Nothing happens when somebody presses it.")
    elif parts.scheme not in {"http", "https", *_OTHERS}:
        why = _("A web address begins with https://.")
    elif any(host == one or host.endswith(f".{one}") for one in _EXAMPLES):
        why = _("It is an example, and nobody's page.")
    elif parts.scheme not in _OTHERS and (_NO_HOST.match(host) or " " in address):
        why = _("No web address looks like that.")
    else:
        why = _("This installation has no such page.") if _is_lost_at_home(address) else ""
    return why


def _is_lost_at_home(address: str) -> bool:
    """Whether an address is one of this installation's, and no page has it."""
    home = current_app.config["SETTINGS"].public_url.rstrip("/")
    if not (address == home or address.startswith(home + "/")):
        return False
    path = urlsplit(address).path or "/"
    try:
        current_app.url_map.bind(urlsplit(home).netloc).match(path, method="GET")
    except (RequestRedirect, MethodNotAllowed):
        return False
    except HTTPException:
        return True
    return False


def _mended(address: str) -> Mend | None:
    if not _WITHOUT_SCHEME.match(address):
        return None
    old, new = f'"{address}"', f'"https://{address}"'
    return Mend(_("Put https:// before it"), lambda document, _typed: _replaced(document, old, new, is_markup=True))


# ------------------------------------------------------------------ SMS


@check("segments", NOTICE)
def long_sms(look: Look) -> Iterator[Finding]:
    """SMS that carriers send, and charge, as several."""
    for step in look.sent_by(SMS):
        text = "".join(said for _place, said in step.action.written(step.params))
        size = segments.measure(text)
        if size.segments < 2:  # noqa: PLR2004 - one is one
            continue
        spelled = segments.plain_spelling(text)
        plainer = segments.measure(spelled)
        hint = _("%(count)s characters; without its variables filled in.", count=size.units)
        mend = None
        if plainer.segments < size.segments:
            hint = _(
                "“%(letters)s” makes it so long: spelled plainly it is %(count)s.",
                letters=size.costly,
                count=plainer.segments,
            )
            mend = Mend(_("Spell it plainly"), _with_body(step.id, spelled))
        grade = WARNING if size.segments >= MANY_SEGMENTS else NOTICE
        said = _("This SMS is sent, and charged, as %(count)s", count=size.segments)
        yield Finding(said, step.id, hint=hint, mend=mend, grade=grade)


def _with_body(step_id: str, body: str) -> Callable[[graph.Document, str], graph.Document]:
    return lambda document, _typed: with_params(document, step_id, {"body": body})


# ------------------------------------------------------------------ the same again


@check("same_words")
def same_words(look: Look) -> Iterator[Finding]:
    """Messages that say the same as an earlier one: the second is held back (BEY-05)."""
    window = safety.safety().window_hours
    if window is None:
        return
    said_by: dict[tuple[str, ...], graph.Place] = {}
    for place in look.places:
        step = place.step
        if not isinstance(step, graph.ActionStep) or not step.enabled or not isinstance(step.params, MessageParams):
            continue
        words = (step.do, *(text for _place, text in step.action.written(step.params)))
        earlier = said_by.setdefault(words, place)
        if earlier is not place and not step.params.repeat and not _exclude_each_other(look.document, earlier, place):
            yield Finding(
                _("It says the same as an earlier step"),
                step.id,
                hint=ngettext(
                    "The same words reach a person once an hour; after less time it is held back.",
                    "The same words reach a person once in %(num)s hours; after less time it is held back.",
                    window,
                ),
                mend=Mend(_("Let it say so again"), _repeating(step.id)),
            )


def _repeating(step_id: str) -> Callable[[graph.Document, str], graph.Document]:
    return lambda document, _typed: with_params(document, step_id, {"repeat": True})


def _exclude_each_other(document: graph.Document, one: graph.Place, other: graph.Place) -> bool:
    """Whether two steps are in different branches of a fork: nobody gets both."""
    ours, theirs = dict(_forks(document, one)), dict(_forks(document, other))
    return any(fork in theirs and theirs[fork] != branch for fork, branch in ours.items())


def _forks(document: graph.Document, place: graph.Place) -> Iterator[tuple[str, str | None]]:
    while place.parent is not None:
        yield place.parent.id, place.branch
        place = graph.locate(document, place.parent.id)
