"""The floors of docs/architecture.md hold: imports point down, and each kind of work is done in its own place only."""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOOR_ROW = re.compile(r"^\| (\d+) \| (.+?) \|", re.MULTILINE)
ENTRIES = ("streamlit_app", "pages")
"""What stands above all floors."""
ONLY_IN: dict[str, tuple[str, ...]] = {
    "streamlit": ("mapapp.ui", *ENTRIES),
    "folium": ("mapapp.mapview", "mapapp.layers"),
    "branca": ("mapapp.mapview", "mapapp.layers"),
    "matplotlib": ("mapapp.picture", "mapapp.charts", "mapapp.export", "mapapp.style"),
    "sqlalchemy": ("mapapp.store", "mapapp.migrations"),
    "alembic": ("mapapp.store", "mapapp.migrations"),
    "sqlite3": ("mapapp.store",),
    "openpyxl": ("mapapp.sheets",),
    "feedparser": ("mapapp.articles",),
    "pypdf": ("mapapp.articles",),
    "docx": ("mapapp.articles",),
    "geopy": ("mapapp.places",),
    "trafilatura": ("mapapp.articles",),
    "requests": ("mapapp.places", "mapapp.articles", "geodata"),
    "urllib.request": ("mapapp.places", "mapapp.articles", "mapapp.language_model", "geodata"),
    "http.client": ("mapapp.places", "mapapp.articles", "mapapp.language_model", "geodata"),
    "httpx": ("mapapp.places", "mapapp.articles", "geodata"),
    "socket": ("mapapp.places", "mapapp.articles", "mapapp.language_model", "geodata"),
    "pickle": (),
    "marshal": (),
    "shelve": (),
    "sklearn": ("mapapp.cli.train",),
    "argparse": ("mapapp.cli", "geodata"),
}
"""Package -> the only places that may import it; empty = nowhere."""
PAGE_LINES = 60


@cache
def module_files() -> dict[str, Path]:
    """Return every module of the project by its dotted name."""
    files = [*(ROOT / "mapapp").rglob("*.py"), *(ROOT / "geodata").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    files += [path for path in [ROOT / "streamlit_app.py"] if path.is_file()]
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in files}
    return {name.removesuffix(".__init__"): path for name, path in sorted(names.items())}


@cache
def read_floors() -> dict[str, tuple[int, int]]:
    """Return the floor of each module or folder of `mapapp`, and its place from the left, as the docs' table says."""
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    floors = {}
    for floor, cell in FLOOR_ROW.findall(table):
        for position, name in enumerate(re.findall(r"`([a-z_]+)/?`", cell)):
            floors[name] = (int(floor), position)
    return floors


@cache
def parse(path: Path) -> ast.Module:
    """Return a program as a tree, read once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def place_of(module: str) -> str | None:
    """Return the name by which the table knows a module of `mapapp`."""
    parts = module.split(".")
    return parts[1] if parts[0] == "mapapp" and len(parts) > 1 and parts[1] != "__main__" else None


def imports_of(path: Path) -> Iterator[tuple[str, ast.stmt, bool]]:
    """Yield every module that a file imports, with the statement and whether it stands inside a function."""
    tree = parse(path)
    inside = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
        if inner is not outer
    }
    known = module_files()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node, id(node) in inside
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: write imports in full"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in known else node.module or ""), node, id(node) in inside


MODULES = module_files()
each_module = pytest.mark.parametrize("module", MODULES)


@each_module
def test_imports_point_down(module: str) -> None:
    place, floors = place_of(module), read_floors()
    if place is None or place == "migrations":
        return
    assert place in floors, f"{module} has no floor: add it to the table in docs/architecture.md"
    for imported, node, _ in imports_of(MODULES[module]):
        target = place_of(imported)
        if target is None or target == place:
            continue
        assert target in floors, f"{module}:{node.lineno} imports {imported}, which has no floor"
        assert floors[target] < floors[place], (
            f"{module}:{node.lineno} imports {imported}: "
            f"floor {floors[place][0]} may only use lower floors, and on its own floor only what stands to its left"
        )


@each_module
def test_no_import_stands_inside_a_function(module: str) -> None:
    hidden = [f"line {node.lineno}: {name}" for name, node, is_inside in imports_of(MODULES[module]) if is_inside]
    assert not hidden, f"{module}: {hidden}"


@each_module
def test_each_kind_of_work_is_done_in_its_own_place(module: str) -> None:
    for imported, node, _ in imports_of(MODULES[module]):
        for package, places in ONLY_IN.items():
            if imported == package or imported.startswith(f"{package}."):
                is_allowed = any(module == place or module.startswith(f"{place}.") for place in places)
                assert is_allowed, f"{module}:{node.lineno} imports {imported}; only {places or 'nobody'} may"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("geodata")])
def test_the_data_knows_nothing_of_the_code(module: str) -> None:
    assert not [name for name, _, _ in imports_of(MODULES[module]) if name.split(".")[0] in ("mapapp", *ENTRIES)]


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("pages.")])
def test_pages_are_short_and_only_put_pieces_together(module: str) -> None:
    lines = MODULES[module].read_text(encoding="utf-8").splitlines()
    assert len(lines) <= PAGE_LINES
    own = {name for name, _, _ in imports_of(MODULES[module]) if name.startswith("mapapp")}
    assert all(name == "mapapp.ui" or name.startswith("mapapp.ui.") for name in own), own


@each_module
def test_only_the_command_line_prints(module: str) -> None:
    if module.startswith("mapapp.cli") or module.startswith("geodata"):
        return
    calls = [
        node.lineno
        for node in ast.walk(parse(MODULES[module]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not calls, f"{module} prints in lines {calls}"


@each_module
def test_nothing_from_outside_is_evaluated(module: str) -> None:
    calls = [
        node.lineno
        for node in ast.walk(parse(MODULES[module]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    ]
    assert not calls, f"{module} evaluates in lines {calls}"


# Knowledge about one conflict is data


@cache
def theatre_words() -> frozenset[str]:
    """Return the words that only a theatre's folder may know: its country, its actors' codes and names, its places."""
    words: set[str] = set()
    for folder in (ROOT / "geodata" / "theatres").iterdir():
        if not (folder / "theatre.toml").is_file():
            continue
        settings = tomllib.loads((folder / "theatre.toml").read_text(encoding="utf-8"))
        words |= {folder.name, folder.name.title(), str(settings["country_name"]), str(settings["timezone"])}
        for name, columns in (("actors.csv", ("code", "name")), ("cells.csv", ("name", "name_en"))):
            if (folder / name).is_file():
                with (folder / name).open(encoding="utf-8", newline="") as file:
                    for row in csv.DictReader(file):
                        words |= {row[column] for column in columns if row.get(column)}
    return frozenset(word for word in words if len(word) > 2)


def string_parts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the strings and names of a program with their lines; docstrings too, comments not."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id


def docstring_lines(path: Path) -> set[int]:
    """Return the lines on which docstrings begin: their examples may name what they like."""
    lines = set()
    for node in ast.walk(parse(path)):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                lines.add(statement.value.lineno)
    return lines


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("geodata.recipes")])
def test_no_program_names_a_country_an_actor_or_a_town_of_a_theatre(module: str) -> None:
    assert theatre_words()
    path = MODULES[module]
    examples = docstring_lines(path)
    for line, text in string_parts(path):
        if line in examples:
            continue
        words = set(re.findall(r"[^\W\d_][\w'’-]+", text))
        known = (words | {text}) & theatre_words()
        assert not known, f"{module}:{line} names {sorted(known)}; that belongs into a theatre's folder"
