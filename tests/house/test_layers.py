"""Imports point down, and never in a circle (ARCHITECTURE: Rooms)."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from tests.house import source

# From the attic to the cellar. A room may use those of its own floor and of the floors below.
FLOORS = (
    {"app"},
    {"commands"},
    {"demo"},
    {"founding", "frame", "sandbox_views"},
    {"api", "dashboard"},
    {"sandbox"},
    {"intake", "integrations", "notices", "notifications", "scoring", "segments", "sequences", "tasks", "waiver"},
    {"phone"},
    {"leads", "lifecycle", "messaging", "studio"},
    {"contacts"},
    {"apps", "live", "staff"},
    {"events", "rules"},
    {"badges", "i18n", "navigation", "panels", "reasons", "scans", "web_filters", "work"},
    {"assets", "qr", "wake", "web"},
    {"arrays", "clock", "config", "db", "logs"},
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# A contact stands in a lifecycle stage: what the stages are called is known on the contacts' floor.
ALLOWED_UP = {("contacts", "app.lifecycle.models"), ("contacts", "app.lifecycle.stages")}

APP = source.files("app/**/*.py")
MODULES = {source.module(path) for path in APP}


def test_the_product_knows_nothing_of_its_workers_and_tests() -> None:
    outside = ("workers", "tests", "scripts", "benchmarks", "wsgi")

    breaches = [
        f"{source.name(path)} imports {name}"
        for path in APP
        for name in source.imports(path)
        if name.split(".")[0] in outside
    ]

    assert breaches == [], "app/ rings actors by name (app/wake.py) and never imports what is around it"


def test_every_room_has_its_floor() -> None:
    homeless = {_room(module) for module in MODULES} - set(FLOOR_OF)

    assert homeless == set(), "a new room or module of app/ needs a place in FLOORS"


def test_imports_point_down() -> None:
    breaches = [
        f"{source.name(path)} imports {target}, which is a floor above"
        for path in APP
        for target in _targets(source.imports(path))
        if FLOOR_OF[_room(target)] < FLOOR_OF[_room(source.module(path))]
        and (_room(source.module(path)), target) not in ALLOWED_UP
    ]

    assert breaches == [], "put what both need a floor lower, or record an event and let the upper room consume it"


def test_no_module_imports_itself_around_a_corner() -> None:
    graph = {source.module(path): _targets(source.imports(path)) - {source.module(path)} for path in APP}
    circle = None

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " → ".join(error.args[1])

    assert circle is None, f"a circle: {circle}"


def _targets(names: object) -> set[str]:
    """The modules of app/ behind imported names: "app.db.db" is "app.db", "app.leads.board" itself."""
    assert hasattr(names, "__iter__")
    found = set()
    for name in names:
        if name in MODULES:
            found.add(name)
        elif name.rpartition(".")[0] in MODULES:
            found.add(name.rpartition(".")[0])
    return found


def _room(module: str) -> str:
    """The room a module belongs to: "leads" for "app.leads.board", "app" for `create_app`'s own."""
    return module.split(".")[1] if "." in module else module
