"""Pages about sequences: the list with its folders, making one, the builder's page, publishing, sending hours."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from app import web
from app.contacts.forms import OrderForm
from app.rules import RULES, UnknownRule
from app.sequences import drafts, folders, graph, halts, hours, overview, pressure, publishing, reasons
from app.sequences.builder import canvas, edits, meanwhile, rule_forms, words
from app.sequences.dialogs import dialog
from app.sequences.graph import NoSuchStep
from app.sequences.models import SequenceFolder
from app.sequences.page_forms import HoursForm, MoveForm, NewSequenceForm, PressureForm, SettingsForm
from app.sequences.triggers import GROUPS, TRIGGERS, by_group
from app.web import needs

bp = Blueprint("sequences", __name__)


# ------------------------------------------------------------------ the list


@bp.get("/sequences")
@needs("sequences.see")
def index() -> Response:
    folder = _folder(request.args.get("folder", type=int))
    return web.page("sequences/index.html", **_list(folder))


@bp.get("/campaigns/sequences")
@needs("sequences.see")
def campaigns() -> Redirect:
    return redirect(url_for("sequences.index"), code=302)


def _list(folder: SequenceFolder | None) -> dict[str, Any]:
    rows = overview.rows(folder.id if folder is not None else None)
    return {
        "folder": folder,
        "folders": overview.folders(),
        "rows": rows,
        "groups": overview.by_folder(rows),
        "halts": halts.of(row.sequence for row in rows),
        "hours": hours.sending_hours(),
        "caps": _caps_said(),
        "triggers": TRIGGERS,
        "said": words.trigger_of_document,
        "may_edit": current_user.may("sequences.edit"),
    }


def _caps_said() -> list[str]:
    """The caps that are set, in words: "At most 2 e-mails in 7 days"."""
    set_now = pressure.caps()
    found = [(channel, set_now.of(channel)) for channel, _icon, _label in PressureForm.CHANNELS]
    return [_cap_said(channel, cap) for channel, cap in found if cap.most is not None]


def _cap_said(channel: str, cap: pressure.Cap) -> str:
    if cap.most == 0:
        return reasons.say(reasons.code("capped_to_none", channel))
    return str(_("At most %(cap)s", cap=reasons.cap_said(f"{channel} {cap.most} {cap.days}")))


def _folder(folder_id: int | None) -> SequenceFolder | None:
    return overview.get_folder(folder_id) if folder_id is not None else None


# ------------------------------------------------------------------ making one: page one (SEQ-04)

WINBACK = "client.winback"
SUGGESTED_EXITS = ("purchase.made", "booking.made")


@bp.get("/sequences/new")
@needs("sequences.edit")
def new() -> Response:
    form = NewSequenceForm()
    form.offer()
    folder = _folder(request.args.get("folder", type=int))
    form.folder.data = folder.name if folder is not None else ""
    return web.page("sequences/new.html", **_first_page(form))


@bp.post("/sequences")
@needs("sequences.edit")
def create() -> Response:
    form = NewSequenceForm(request.form)
    form.offer()
    exits = [rule_forms.RuleForm(use, request.form, prefix=f"exit{at}") for at, use in enumerate(_exits_sent())]
    filters = rule_forms.sent_filters(form.kind.data, request.form)
    if not all([form.validate(), filters.validate(), *(one.validate() for one in exits)]):
        return web.page("sequences/new.html", status=422, **_first_page(form, exits, filters))
    if form.kind.data == WINBACK and not exits and "as_it_is" not in request.form:
        # Who comes back by themselves would be written to as if they had not: asked once (EXIT-13).
        return web.page("sequences/new.html", **_first_page(form, filters=filters) | {"suggested": SUGGESTED_EXITS})
    document = graph.Document(
        title=form.title.data or "",
        folder=(form.folder.data or "").strip() or None,
        single_enrolment=bool(form.single.data),
        trigger=graph.Trigger(kind=form.kind.data or "", filters=rule_forms.filters_of(filters)),
        exits=[one.result() for one in exits],
    )
    sequence = drafts.create_sequence(document, by=current_user)
    return web.go(url_for("sequences.build", sequence_id=sequence.id))


@bp.get("/sequences/new/filters")
@needs("sequences.edit")
def new_filters() -> Response:
    """What the trigger chosen on page one can be narrowed by (TRG-45)."""
    kind = request.args.get("kind", "")
    if kind not in TRIGGERS:
        abort(404)
    return dialog("new_filters", filters=rule_forms.sent_filters(kind, None), used=graph.Trigger(kind=kind))


@bp.get("/sequences/new/exit")
@needs("sequences.edit")
def new_exit() -> Response:
    """The fields of one more counter condition for page one."""
    try:
        use = rule_forms.new_use(request.args.get("rule", ""), is_exit=True)
    except UnknownRule:
        abort(404)
    number = len(request.args.getlist("exit"))
    return dialog("new_exit", rule=rule_forms.RuleForm(use, prefix=f"exit{number}"), number=number)


def _exits_sent() -> list[Any]:
    keys = [key for key in request.form.getlist("exit") if key in RULES or key.startswith("custom.")]
    return [rule_forms.new_use(key, is_exit=True) for key in keys]


def _first_page(
    form: NewSequenceForm,
    exits: list[rule_forms.RuleForm] | None = None,
    filters: rule_forms.FilterForm | None = None,
) -> dict[str, Any]:
    chosen = form.kind.data
    return {
        "form": form,
        "filters": filters if filters is not None else rule_forms.sent_filters(chosen, None),
        "exits": exits or [],
        "groups": {GROUPS[group]: found for group, found in by_group().items() if found},
        "used": graph.Trigger(kind=chosen) if chosen in TRIGGERS else None,
        "folders": overview.folders(),
        "conditions": rule_forms.by_group(rule_forms.offered()),
        "rules": RULES,
        "suggested": (),
    }


# ------------------------------------------------------------------ the builder's page


@bp.get("/sequences/<int:sequence_id>")
@needs("sequences.see")
def build(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    opened, spot = request.args.get("step"), request.args.get("add")
    shown: dict[str, Any] = {"drawer_template": None}
    if opened:
        try:
            template, shown = canvas.drawer_of(sequence, opened)
        except NoSuchStep:
            opened = None
        else:
            shown["drawer_template"] = template
    whole = canvas.context(sequence, opened)
    return web.page(
        "sequences/build.html",
        **(shown | whole | canvas.add_menu(whole["document"])),
        spot=spot,
        asked=_asked(sequence_id),
    )


def _asked(sequence_id: int) -> str | None:
    """The question that the page opens with: the review before publishing, or what is overdue before going on."""
    name = request.args.get("question")
    return url_for(f"sequences.{name}", sequence_id=sequence_id) if name in {"review", "resume"} else None


@bp.get("/sequences/<int:sequence_id>/settings")
@needs("sequences.edit")
def settings(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    document = drafts.draft_of(sequence)
    said = {"title": document.title, "single": document.single_enrolment, "priority": document.priority}
    form = SettingsForm(data=said)
    return dialog("settings", sequence=sequence, form=form, theirs=None)


@bp.post("/sequences/<int:sequence_id>/settings")
@needs("sequences.edit")
def change_settings(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    form = SettingsForm(request.form)
    if not form.validate():
        return dialog("settings", status=422, sequence=sequence, form=form, theirs=None)
    theirs = meanwhile.asked(sequence, lambda said: (said.title, said.single_enrolment, said.priority))
    if theirs is not None:
        return dialog("settings", status=422, sequence=sequence, form=form, theirs=theirs)
    edits.set_basics(
        sequence,
        title=form.title.data or "",
        is_single=bool(form.single.data),
        priority=form.priority.data,
        by=current_user,
    )
    return web.go(url_for("sequences.build", sequence_id=sequence_id))


# ------------------------------------------------------------------ order: folders, copies, deleting


@bp.post("/sequences/<int:sequence_id>/copy")
@needs("sequences.edit")
def duplicate(sequence_id: int) -> Response:
    twin = folders.duplicate_sequence(overview.get_sequence(sequence_id), by=current_user)
    return _list_again(_("“%(title)s” made, switched off.", title=twin.title))


@bp.get("/sequences/<int:sequence_id>/folder")
@needs("sequences.edit")
def ask_folder(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    form = MoveForm(data={"folder": sequence.folder_id or 0})
    form.offer(overview.folders())
    return dialog("move", sequence=sequence, form=form)


@bp.post("/sequences/<int:sequence_id>/folder")
@needs("sequences.edit")
def move(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    form = MoveForm(request.form)
    form.offer(overview.folders())
    if not form.validate():
        return dialog("move", status=422, sequence=sequence, form=form)
    folder = _folder(form.folder.data or None)
    folders.move_sequence(sequence, folder)
    return _list_again(_("Moved to “%(folder)s”.", folder=folder.name) if folder else _("Taken out of its folder."))


@bp.post("/sequences/order")
@needs("sequences.edit")
def arrange() -> Response:
    """A folder's sequences in another order, some perhaps from elsewhere, by drag, by key or by menu (SEQ-21)."""
    ids = OrderForm().ids
    folders.arrange(_folder(request.form.get("folder", type=int) or None), ids)
    moved = request.form.get("moved", type=int)
    place = ids.index(moved) + 1 if moved in ids else None
    return _arranged(_("Moved to place %(place)s of %(count)s.", place=place, count=len(ids)) if place else None)


@bp.post("/sequences/folders/order")
@needs("sequences.edit")
def order_folders() -> Response:
    folders.order_folders(OrderForm().ids)
    return _arranged()


def _arranged(said: str | None = None) -> Response:
    """The list as it is now, of the folder that the page shows. `said` is for those who have moved without a mouse."""
    shown = _folder(request.form.get("in_folder", type=int) or None)
    back = url_for("sequences.index", folder=shown.id if shown is not None else None)
    return web.reply("sequences/_index.html", back=back, toast=said, **_list(shown))


@bp.get("/sequences/<int:sequence_id>/deletion")
@needs("sequences.edit")
def ask_deletion(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    return dialog("deletion", sequence=sequence, inside=publishing.preview(sequence).inside)


@bp.post("/sequences/<int:sequence_id>/deletion")
@needs("sequences.edit")
def delete(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    publishing.delete(sequence)
    return _list_again(_("“%(title)s” deleted.", title=sequence.title))


def _list_again(said: str) -> Response:
    folder = request.form.get("in_folder", type=int)
    return web.go(url_for("sequences.index", folder=folder or None), toast=said)


# ------------------------------------------------------------------ sending hours (UPT-01)


@bp.get("/sequences/hours")
@needs("sequences.see")
def sending_hours() -> Response:
    form = HoursForm(obj=hours.sending_hours())
    return dialog("hours", form=form, may_edit=current_user.may("sequences.edit"))


@bp.post("/sequences/hours")
@needs("sequences.edit")
def set_sending_hours() -> Response:
    form = HoursForm(request.form)
    if not form.validate():
        return dialog("hours", status=422, form=form, may_edit=True)
    hours.set_sending_hours(hours.SendingHours(start=form.start.data, end=form.end.data))
    return web.go(url_for("sequences.index"), toast=_("Sending hours saved."))


# ------------------------------------------------------------------ how often (BEY-16)


@bp.get("/sequences/pressure")
@needs("sequences.see")
def caps() -> Response:
    form = PressureForm()
    form.read(pressure.caps())
    return dialog("pressure", form=form, may_edit=current_user.may("sequences.edit"))


@bp.post("/sequences/pressure")
@needs("sequences.edit")
def set_caps() -> Response:
    form = PressureForm(request.form)
    if not form.validate():
        return dialog("pressure", status=422, form=form, may_edit=True)
    pressure.set_caps(form.caps())
    return web.go(url_for("sequences.index"), toast=_("How often sequences write is saved."))
