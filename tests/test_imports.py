"""Imports run one way: cli, api -> present -> studies -> engine -> model -> cases -> evidence -> foundations."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import fissure

ROOT = Path(fissure.__file__).parent
LAYERS = [  # a module may import from its own layer's package and from layers before it
    {"errors", "version", "constants"},
    {"reading", "files"},
    {"evidence"},
    {"cases"},
    {"model"},
    {"engine"},
    {"studies"},
    {"context"},
    {"present"},
    {"scaffold"},
    {"api"},
    {"app"},
    {"cli"},
    {"__main__"},
]
WITHIN = {  # the same inside a package that has packages of its own
    "app": [
        {"settings", "jobs", "schemas"},
        {"auth", "questions", "derived"},
        {"middleware", "desk"},
        {"pages"},
        {"mechanisms", "run_view", "ledger_rows", "composer", "answers", "attribution"},
        {"history", "evidence", "what_if"},
        {"api"},
        {"server"},
    ]
}
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield path, tuple(p for p in parts if p != "__init__")


def imported(path):
    """Modules of fissure that a file imports anywhere, as tuples of names below the package."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "fissure":
            base = tuple(node.module.split(".")[1:])
            for alias in node.names:
                yield (*base, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path}: relative import")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "fissure":
                    yield tuple(alias.name.split(".")[1:])


def test_every_module_has_a_layer():
    assert {parts[0] for _, parts in modules() if parts} == set(HEIGHT)


def test_imports_run_one_way():
    wrong = []
    for path, parts in modules():
        for target in imported(path) if parts else ():
            if target and target[0] in HEIGHT:
                same = target[0] == parts[0]
                if not same and HEIGHT[target[0]] >= HEIGHT[parts[0]]:
                    wrong.append(f"{'.'.join(parts)} imports {'.'.join(target)}")
    assert not wrong


def test_imports_run_one_way_inside_packages_too():
    wrong = []
    for package, layers in WITHIN.items():
        height = {name: at for at, layer in enumerate(layers) for name in layer}
        own = [(path, parts) for path, parts in modules() if parts[:1] == (package,) and len(parts) > 1]
        assert {parts[1] for _, parts in own} == set(height), package
        for path, parts in own:
            others = {
                one for one in imported(path) if one[:1] == (package,) and one[1] in height and one[1] != parts[1]
            }
            up = [one for one in others if height[one[1]] >= height[parts[1]]]
            wrong += [f"{'.'.join(parts)} imports {'.'.join(one)}" for one in up]
    assert not wrong


def test_mechanisms_never_import_one_another():
    for path, parts in modules():
        if parts[:2] == ("model", "mechanisms") and len(parts) == 4:
            assert not [t for t in imported(path) if t[:2] == ("model", "mechanisms")], path


def test_there_are_no_circles():
    graph = {}
    names = {parts for _, parts in modules()}
    for path, parts in modules():
        graph[parts] = {t if t in names else t[:-1] for t in imported(path)} - {parts, ()}
    done, open_ = set(), []

    def visit(node):
        if node in done or node not in graph:
            return
        assert node not in open_, f"circle: {[*open_, node]}"
        open_.append(node)
        for target in sorted(graph[node]):
            visit(target)
        done.add(open_.pop())

    for node in sorted(graph):
        visit(node)


def parts_of_packages():
    """For each package, which of its parts (modules and packages below) imports which."""
    graph = {}
    for path, parts in modules():
        for target in imported(path):
            for depth in range(min(len(parts), len(target))):
                if parts[:depth] != target[:depth]:
                    break
                if depth and parts[depth] != target[depth] and is_part(target[: depth + 1]):
                    graph.setdefault(parts[:depth], {}).setdefault(parts[depth], set()).add(target[depth])
    return graph


def is_part(names):
    place = ROOT.joinpath(*names)
    return place.is_dir() or place.with_suffix(".py").is_file()


def reached(edges, start):
    found, waiting = set(), [start]
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def test_no_parts_of_a_package_import_one_another():
    """Modules and packages within one package, whatever is below them: there is no circle among these either."""
    circles = {}
    for package, edges in parts_of_packages().items():
        if around := sorted(name for name in edges if name in reached(edges, name)):
            circles[".".join(package)] = around
    assert circles == {}


def test_importing_the_package_is_light():
    """`import fissure` and the command's help load neither JAX nor xarray nor SciPy nor Shapely."""
    heavy = "('jax', 'xarray', 'scipy', 'pydantic', 'shapely')"
    code = f"import sys, fissure, fissure.cli; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_nothing_needs_altair():
    """It is for the tests, which hold charts against the schema that it carries."""
    assert not [path for path, _ in modules() if re.search(r"^\s*(import|from) altair", path.read_text(), re.MULTILINE)]


def test_files_stay_small():
    for path, _ in modules():
        assert len(path.read_text().splitlines()) <= 400, path
