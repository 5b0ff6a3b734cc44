"""Folders of sequences: making, naming and deleting them; copying one, and setting all in it to work."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import web
from app.sequences import folders, overview
from app.sequences.dialogs import dialog
from app.sequences.page_forms import FolderForm
from app.sequences.views import bp
from app.web import needs


@bp.get("/sequences/folders/new")
@needs("sequences.edit")
def new_folder() -> Response:
    return dialog("folder", form=FolderForm(), folder=None)


@bp.post("/sequences/folders")
@needs("sequences.edit")
def create_folder() -> Response:
    form = FolderForm(request.form)
    if not form.validate():
        return dialog("folder", status=422, form=form, folder=None)
    return web.go(url_for("sequences.index", folder=folders.create_folder(form.name.data or "").id))


@bp.get("/sequences/folders/<int:folder_id>/name")
@needs("sequences.edit")
def ask_name(folder_id: int) -> Response:
    folder = overview.get_folder(folder_id)
    return dialog("folder", form=FolderForm(data={"name": folder.name}), folder=folder)


@bp.post("/sequences/folders/<int:folder_id>/name")
@needs("sequences.edit")
def rename_folder(folder_id: int) -> Response:
    folder = overview.get_folder(folder_id)
    form = FolderForm(request.form)
    if not form.validate():
        return dialog("folder", status=422, form=form, folder=folder)
    folders.rename_folder(folder, form.name.data or "")
    return web.go(url_for("sequences.index", folder=folder_id))


@bp.post("/sequences/folders/<int:folder_id>/place")
@needs("sequences.edit")
def shift_folder(folder_id: int) -> Response:
    """One place up or down in the list of folders: what dragging does, without a mouse."""
    folder = overview.get_folder(folder_id)
    folders.shift_folder(folder, -1 if request.form.get("by") == "-1" else 1)
    return web.go(url_for("sequences.index", folder=folder_id), toast=_("“%(folder)s” moved.", folder=folder.name))


@bp.post("/sequences/folders/<int:folder_id>/deletion")
@needs("sequences.edit")
def delete_folder(folder_id: int) -> Response:
    folder = overview.get_folder(folder_id)
    folders.delete_folder(folder)
    return web.go(url_for("sequences.index"), toast=_("Folder deleted."))


@bp.post("/sequences/folders/<int:folder_id>/copy")
@needs("sequences.edit")
def duplicate_folder(folder_id: int) -> Response:
    """A second folder with the same sequences, all of them switched off (SEQ-22)."""
    twin = folders.duplicate_folder(overview.get_folder(folder_id), by=current_user)
    return web.go(
        url_for("sequences.index", folder=twin.id),
        toast=_("“%(folder)s” made, all of it switched off.", folder=twin.name),
    )


@bp.get("/sequences/folders/<int:folder_id>/activation")
@needs("sequences.edit")
def ask_activation(folder_id: int) -> Response:
    """What stands against activating each, before any is (SEQ-24)."""
    folder = overview.get_folder(folder_id)
    return dialog("activate_folder", folder=folder, ready=folders.readiness(folder))


@bp.post("/sequences/folders/<int:folder_id>/activation")
@needs("sequences.edit")
def activate_folder(folder_id: int) -> Response:
    """Set all to work that nothing stands against (SEQ-23)."""
    folder = overview.get_folder(folder_id)
    count = len(folders.activate_all(folder))
    said = ngettext("%(num)s sequence is active now.", "%(num)s sequences are active now.", count)
    return web.go(url_for("sequences.index", folder=folder_id), toast=said)
