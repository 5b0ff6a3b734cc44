"""What templates keep to: partials that HTMX can swap, and a page without inline code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.house import source

PARTIALS = [path for path in source.files("app/templates/**/*.html") if path.name.startswith("_")]
PAGES = [path for path in source.files("app/templates/**/*.html") if "mail" not in path.name]

# Not swapped by anybody, only included: the lines of every page's head, the entries of a menu.
MANY_ROOTS = {"_head.html", "nav/_entries.html"}

# More rows of a list that goes on: each has its root and id in a partial of its own.
ROWS = {"leads/_rows.html", "leads/_cards.html", "lifecycle/_cards.html"}

FORBIDDEN = {
    r"<script(?![^>]*\b(?:src|nonce)=)": "inline scripts: write a module in app/static",
    r"<style\b": "style elements: write a stylesheet in app/static/css",
    r"\bhx-on\b": "hx-on: it needs eval; write a custom element",
    r"\son[a-z]+\s*=": "event attributes: write a custom element",
    r"[\"']js:": "js: values: they need eval",
}

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def inside_templates(path: Path) -> str:
    return path.relative_to(source.TEMPLATES).as_posix()


@pytest.mark.parametrize("partial", PARTIALS, ids=inside_templates)
def test_a_partial_says_first_what_it_needs(partial: Path) -> None:
    first = partial.read_text().partition("\n")[0]

    assert re.fullmatch(r"\{#-? .+ -?#\}", first), "the first line says what it shows: {#- One lead. Needs: lead. -#}"
    assert "Needs:" in first or "{% macro" in partial.read_text(), (
        "the first line ends in what it needs, or 'Needs: nothing.'"
    )


@pytest.mark.parametrize("partial", PARTIALS, ids=inside_templates)
def test_a_partial_has_one_root(partial: Path) -> None:
    roots = _roots(partial)

    assert len(roots) <= 1 or inside_templates(partial) in MANY_ROOTS, f"more than one root: {roots}"


def test_what_is_sent_alone_has_a_root_with_an_id() -> None:
    sent = {template for path in source.files("app/**/*.py") for template in _sent_alone(path)}
    missing = {template for template in sent if not (source.TEMPLATES / template).exists()}
    # Public pages do without HTMX, so that they need no inside of their own.
    assert {template for template in missing if not template.startswith("public/")} == set()

    rootless = {
        template
        for template in sent - missing - ROWS
        if not _has_one_root_with_an_id(source.TEMPLATES / template)
        and "<hx-partial" not in (source.TEMPLATES / template).read_text()
    }
    assert rootless == set(), "what HTMX swaps needs one root with an id that stays"


@pytest.mark.parametrize("page", PAGES, ids=inside_templates)
def test_a_page_has_no_inline_code(page: Path) -> None:
    text = _without_jinja(page.read_text())

    assert [why for pattern, why in FORBIDDEN.items() if re.search(pattern, text)] == []


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    listed = {line.strip() for line in (source.ROOT / "app/static/icons.txt").read_text().splitlines()}
    named = {
        (name, inside_templates(path))
        for path in source.files("app/templates/**/*.html")
        for name in re.findall(r"\bicon\(\s*[\"']([a-z0-9.-]+)[\"']", path.read_text())
    }

    assert {(name, where) for name, where in named if name not in listed} == set(), "add it to app/static/icons.txt"


class _Roots(HTMLParser):
    """Collects the outermost elements of a piece of HTML, with their ids."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.found: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # What stands in <hx-partial> goes elsewhere: it names its own target.
        if self.depth == 0 and tag != "hx-partial":
            self.found.append((tag, dict(attrs).get("id")))
        self.depth += tag not in _VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.found.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag not in _VOID


def _roots(partial: Path) -> list[tuple[str, str | None]]:
    """The outermost elements, along the way through the template that has most of them."""
    template = Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(partial.read_text())
    ways = []
    for way in (0, -1):  # through the first branch of every `if`, and through the last
        parser = _Roots()
        parser.feed(_html(template.body, way))
        ways.append(parser.found)
    return max(ways, key=len)


def _html(pieces: Sequence[nodes.Node], way: int) -> str:
    """What pieces of a template print, as far as can be seen without running it."""
    return "".join(_html_of(piece, way) for piece in pieces)


def _html_of(piece: nodes.Node, way: int) -> str:
    html = ""
    match piece:
        case nodes.TemplateData():
            html = piece.data
        case nodes.Output():
            html = _html(piece.nodes, way)
        case nodes.If():
            html = _html([piece.body, *(one.body for one in piece.elif_), piece.else_ or piece.body][way], way)
        case nodes.For() | nodes.Block() | nodes.With() | nodes.FilterBlock() | nodes.Scope():
            html = _html(piece.body, way)
        case nodes.CallBlock():
            html = f"<drawn{_id_given_to(piece.call)}>{_html(piece.body, way)}</drawn>"
        case nodes.Call() if any(one.key == "id" for one in piece.kwargs):
            html = '<drawn id="given"></drawn>'
        case nodes.Extends():
            html = '<drawn id="page"></drawn>'
        case nodes.Expr():
            html = "x"
    return html


def _id_given_to(call: nodes.Call) -> str:
    """A macro that wraps or draws one element takes its id by name, or first: ui.dialog("new-client", …)."""
    named = [one.value for one in call.kwargs if one.key == "id"]
    return ' id="given"' if named or (call.args and isinstance(call.args[0], nodes.Const | nodes.Concat)) else ""


def _has_one_root_with_an_id(partial: Path) -> bool:
    roots = _roots(partial)
    return len(roots) == 1 and bool(roots[0][1])


def _without_jinja(text: str) -> str:
    """The HTML around the tags, with a placeholder for what is printed."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL)


def _sent_alone(path: Path) -> Iterator[str]:
    """The partials that a file's `page` and `reply` calls can send: the inside of a page, and what `reply` names."""
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"web.page", "web.reply"} and node.args:
            for text in (one.value for one in ast.walk(node) if isinstance(one, ast.Constant)):
                if isinstance(text, str) and text.endswith(".html"):
                    folder, _, name = text.rpartition("/")
                    yield text if name.startswith("_") else f"{folder}/_{name}"
