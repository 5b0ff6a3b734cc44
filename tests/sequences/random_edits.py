"""Random edits of a document, for the properties that every edit has to keep."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from app.sequences import formats, graph
from app.sequences.actions.tags import TagParams

Edit = tuple[int, int, int, int]  # what is done, to which step, with which other, and of which kind

EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 99), st.integers(0, 99), st.integers(0, 3)), max_size=20
)


def documents(edits: list[Edit]) -> Iterator[graph.Document]:
    """A document of one step, and then the document after each edit that could be made."""
    document = formats.parse({"title": "x", "trigger": {"kind": "class.visited"}, "steps": [{"do": "stop"}]})
    yield document
    for edit in edits:
        try:
            document = _edited(document, edit)
        except graph.NoSuchStep:  # moved into itself
            continue
        yield document


def _edited(document: graph.Document, edit: Edit) -> graph.Document:
    act, one, other, kind = edit
    places = list(graph.walk(document))
    if act == 0 or not places:
        after = places[one % len(places)].step.id if places else None
        return graph.insert_after(document, after, new_step(kind))
    here, there = places[one % len(places)].step, places[other % len(places)].step
    ways = list(graph.branches(here))
    if act == 1 and ways:
        return graph.insert_into(document, here.id, ways[other % len(ways)], new_step(kind))
    if act == 2:
        return graph.remove(document, here.id, keep=ways[0] if ways and kind else None)
    if act == 3:
        return graph.move(document, here.id, after=there.id)
    return graph.replace(document, here.model_copy(update={"title": f"Other {kind}"}))


def new_step(kind: int) -> graph.AnyStep:
    """A condition (0), a split (1), a tag a day later (2) or else a tag, without an id."""
    if kind == 0:
        return graph.IfStep.model_validate({"if": {"rules": [{"rule": "client"}]}})
    if kind == 1:
        return graph.SplitStep.model_validate({"split": [{"share": 50}, {"share": 50}]})
    wait = {"wait": {"days": 1}} if kind == 2 else {}
    return graph.ActionStep.model_validate({"do": "tag.add", "params": TagParams(tags=["x"]), **wait})
