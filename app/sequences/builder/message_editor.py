"""The editor of a message: what its page shows, how what is typed becomes the step, how somebody gets it (SEQ-26)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape
from pydantic import ValidationError

from app.contacts.models import Contact
from app.contacts.queries import recent_contacts
from app.messaging import block_mail, blocks, cleaning, mail, segments, variables
from app.messaging import preview as previews
from app.messaging.models import EMAIL, SEQUENCE
from app.sequences import checking, drafts, graph
from app.sequences.actions.messages import EmailParams, MessageParams
from app.sequences.actions.registry import ACTIONS, Params
from app.sequences.builder import block_forms, words
from app.sequences.graph import ActionStep, NoSuchStep
from app.sequences.models import Sequence
from app.staff import studio
from app.studio import items

PEOPLE = 25

_IN_TEXT = re.compile(r"(<style\b.*?</style>|<[^>]*>)", re.DOTALL)


@dataclass(frozen=True)
class Filled:
    """A message as somebody gets it."""

    subject: str
    preview: str
    text: str
    html: str


class Typed:
    """What a form says a message is: plain values, and once they have been checked, what is wrong by place."""

    def __init__(self, values: dict[str, Any], errors: Mapping[str, str] | None = None) -> None:
        self.values = values
        self.errors = errors or {}

    @property
    def blocks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.values.get("blocks", [])
        return found


def step_of(sequence: Sequence, step_id: str) -> ActionStep:
    """A step that writes to people. Raises NoSuchStep."""
    step = graph.find(drafts.draft_of(sequence), step_id)
    if not isinstance(step, ActionStep) or not isinstance(step.params, MessageParams):
        raise NoSuchStep(step_id)
    return step


def as_stored(step: ActionStep) -> Typed:
    """The message of a step, to be shown in the form."""
    return Typed(step.params.model_dump(mode="json", exclude_unset=True))


def read(step: ActionStep, sent: Any) -> Typed:
    """What somebody has typed, over what the step says besides."""
    values = as_stored(step).values
    for name in ("subject", "preview", "text", "body"):
        if name in sent:
            values[name] = str(sent.get(name)).replace("\r\n", "\n").strip()
    if "html" in sent:
        values["html"] = cleaning.mail(str(sent.get("html")))
    if "with_blocks" in sent:
        values["blocks"] = block_forms.read(sent)
    return Typed({key: value for key, value in values.items() if value or key in {"subject", "body", "blocks"}})


def act(typed: Typed, said: str) -> str | None:
    """Do what a button of the editor says. Answers the path of the block it was about."""
    values = typed.values
    match said:
        case "blocks" if "blocks" not in values:
            values["blocks"] = [{"block": "text", "html": cleaning.rich(values.pop("html", ""))}]
        case "html" if "blocks" in values:
            values["html"] = block_mail.settled(_drawn(values.pop("blocks")).html)
        case "own-text":
            values["text"] = made_text(typed)
        case "made-text":
            values.pop("text", None)
        case _ if "blocks" in values:
            return block_forms.act(values["blocks"], said)
    return None


def _drawn(given: list[dict[str, Any]]) -> mail.Words:
    return block_mail.render(blocks.read(block_forms.plain(given)), block_mail.Look(studio.studio().colour))


def made_text(typed: Typed) -> str:
    """The plain text that is made of the message where nobody has written one."""
    if typed.blocks:
        try:
            return block_mail.as_text(blocks.read(block_forms.plain(typed.blocks)))
        except ValidationError:
            return ""
    return mail.as_text(typed.values.get("html", ""))


def checked(step: ActionStep, typed: Typed) -> Params | None:
    """The parameters that were typed; None where they cannot stand, and `typed.errors` says why."""
    values = dict(typed.values)
    if "blocks" in values:
        values["blocks"] = block_forms.plain(values["blocks"])
    try:
        return ACTIONS[step.do].params.model_validate(values)
    except ValidationError as error:
        typed.errors = {_place(one["loc"]): _said(one) for one in error.errors()}
        return None


def _place(location: tuple[int | str, ...]) -> str:
    parts = [str(part) for part in location if not str(part).startswith("‹")]
    return ".".join(parts[1:] if parts[:1] == ["blocks"] else parts)


def _said(error: Any) -> str:  # noqa: PLR0911 - one answer a kind
    match error["type"]:
        case "string_too_short" | "missing":
            return str(_("This is needed."))
        case "string_pattern_mismatch":
            return str(_("An address begins with https://"))
        case "string_too_long":
            return str(_("%(count)d characters at the most.", count=error["ctx"]["max_length"]))
        case "less_than_equal":
            return str(_("%(count)d at the most.", count=error["ctx"]["le"]))
        case "greater_than_equal":
            return str(_("%(count)d at least.", count=error["ctx"]["ge"]))
        case "int_parsing":
            return str(_("A whole number."))
    return str(error["msg"]).removeprefix("Value error, ")


# ------------------------------------------------------------------ as somebody gets it


def filled(params: Any, contact: Contact | None) -> Filled:
    """A message with somebody's data, or an example's."""
    known = _values(contact)
    if isinstance(params, EmailParams):
        said = params.words()
        text = said.text or mail.as_text(said.html)
        return Filled(
            variables.fill(params.subject, known),
            variables.fill(params.preview, known),
            variables.fill(text, known),
            variables.fill(said.html, known, html=True),
        )
    return Filled("", "", variables.fill(params.body, known), "")


def _values(contact: Contact | None) -> Mapping[str, str]:
    if contact is not None:
        return variables.values_for([contact], variables.SEQUENCE)[contact.id]
    example = {one.key: str(one.label) for one in variables.usable(variables.SEQUENCE)}
    return example | {"first_name": "Camille", "last_name": "Moreau", "studio_name": studio.studio().name}


def sheet(message: Filled, contact: Contact | None) -> str:
    """The e-mail as HTML, in its frame, with links that lead nowhere and placeholders that show."""
    draft = mail.Draft(
        message_id=0,
        contact_id=contact.id if contact is not None else 0,
        category=SEQUENCE,
        kind="",
        to_name="",
        to_address="",
        reference="",
        subject=message.subject,
        words=mail.Words(message.text, message.html),
        language=(contact.language if contact is not None else "") or studio.studio().language,
    )
    stationery = mail.Stationery(studio.studio(), current_app.config["SETTINGS"].public_url)
    return _marked(previews.without_links(stationery.preview(draft)))


def _marked(html: str) -> str:
    """Placeholders shown as such. Only in texts: what stands in a tag stays."""
    pieces = _IN_TEXT.split(html)
    marked = r'<mark style="background:#ffe9a8;color:#5c4300">\g<0></mark>'
    pieces[::2] = [checking.PLACEHOLDER.sub(marked, one) for one in pieces[::2]]
    return "".join(pieces)


def highlighted(text: str) -> Markup:
    """A plain text with its placeholders marked."""
    return Markup(checking.PLACEHOLDER.sub(r"<mark>\g<0></mark>", str(escape(text))))  # noqa: S704 - escaped before


# ------------------------------------------------------------------ the page


def context(sequence: Sequence, step: ActionStep, typed: Typed, contact: Contact | None) -> dict[str, Any]:
    """All that the editor shows."""
    is_mail = step.action.channel == EMAIL
    texts = [text for _place_of, text in step.action.written(step.params)]
    shown = filled(step.params, contact)
    usable = variables.usable(variables.SEQUENCE)
    return {
        "sequence": sequence,
        "step": step,
        "title": words.title(step),
        "typed": typed,
        "is_mail": is_mail,
        "kinds": block_forms.KINDS,
        "field_value": block_forms.shown,
        "made_text": made_text(typed) if is_mail else "",
        "filled": shown,
        "highlighted": highlighted,
        "size": segments.measure(shown.text) if step.do == "sms" else None,
        "contact": contact,
        "people": recent_contacts(current_user, PEOPLE),
        "variables": usable,
        "placeholders": list(dict.fromkeys(found for text in texts for found in checking.PLACEHOLDER.findall(text))),
        "unknown": sorted(variables.keys_in(*texts) - {one.key for one in usable}),
        "purchase_links": [(item.name, items.public_address(item)) for item in items.all_items()] if is_mail else [],
        "draft_number": drafts.draft_revision(sequence).number,
        "can_undo": drafts.can_undo(sequence),
        "can_redo": drafts.can_redo(sequence),
        "may_edit": current_user.may("sequences.edit"),
    }
