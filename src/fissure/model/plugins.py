"""Mechanisms that other packages offer, found by their entry points in the group `fissure.mechanisms`.

A package says in its `pyproject.toml`, with the name that the module's file gives,

    [project.entry-points."fissure.mechanisms"]
    rumour-spread = "some_package.rumour_spread:RumourSpread"

and keeps beside that module a folder `ledger/` (mechanisms, claims, sources) and a file `priors.yaml`. Entry points
are looked up when mechanisms first are, not when the package is imported.
"""

import hashlib
import inspect
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import get_args

from fissure.cases.schema import ParameterPrior
from fissure.errors import PluginError, nearest
from fissure.evidence.entries import Group
from fissure.model.mechanism import Mechanism
from fissure.model.parameters import quantities
from fissure.reading import read_bytes, read_yaml_lines, stands

ENTRY_POINTS = "fissure.mechanisms"
NAME = r"[a-z]+(-[a-z]+)*"
"""The pattern of the name of a mechanism."""


@dataclass(frozen=True)
class Plugin:
    """A mechanism of another package: its name, the package with its version, its class."""

    name: str
    package: str
    version: str
    kind: type[Mechanism]

    @property
    def folder(self) -> Path:
        """Where its module lies."""
        return Path(inspect.getfile(self.kind)).resolve().parent

    @property
    def ledger_folder(self) -> Path:
        """Where its evidence lies, if it has any."""
        return self.folder / "ledger"

    @property
    def priors_file(self) -> Path:
        """Where the priors of its parameters are, if it has any; a case may say otherwise."""
        return self.folder / "priors.yaml"

    def __str__(self) -> str:
        """In words, for a sentence about it."""
        return f"mechanism '{self.name}' of the package '{self.package}' {self.version}"


@lru_cache(maxsize=1)
def plugins() -> tuple[Plugin, ...]:
    """The mechanisms of other packages, in order of name.

    Raises `FissureError`, naming the package, for one that cannot be loaded or that is no mechanism.
    """
    found = [_loaded(point) for point in entry_points(group=ENTRY_POINTS)]
    return tuple(sorted(found, key=lambda p: (p.name, p.package)))


def offered(taken: Collection[str]) -> dict[str, type[Mechanism]]:
    """Classes of `plugins` by name. Raises `FissureError` for a name in `taken`, or that two packages offer."""
    kinds: dict[str, Plugin] = {}
    for plugin in plugins():
        if plugin.name in taken:
            raise PluginError(
                f"the package '{plugin.package}' {plugin.version} offers a mechanism '{plugin.name}', but that name is "
                "taken by Fissure itself, expected another one"
            )
        if plugin.name in kinds:
            raise PluginError(
                f"the packages '{kinds[plugin.name].package}' and '{plugin.package}' both offer a mechanism "
                f"'{plugin.name}', uninstall one of them"
            )
        kinds[plugin.name] = plugin
    return {name: plugin.kind for name, plugin in kinds.items()}


def ledger_folders() -> list[Path]:
    """The folders of evidence that plugins bring, each once."""
    return [folder for folder in dict.fromkeys(p.ledger_folder for p in plugins()) if stands(folder)]


def plugin_priors() -> dict[str, tuple[Path, ParameterPrior]]:
    """The priors of plugins for their own parameters, by name, each with its file.

    Raises `FissureError` with file and line for a parameter of somebody else.
    """
    out: dict[str, tuple[Path, ParameterPrior]] = {}
    for path in dict.fromkeys(p.priors_file for p in plugins()):
        if not stands(path):
            continue
        own = [p.name for p in plugins() if p.priors_file == path]
        read, line = read_yaml_lines(path, dict[str, ParameterPrior])
        for name, prior in read.items():
            if name.partition(".")[0] not in own:
                raise PluginError(
                    f"{path}:{line(name)}: found a prior of '{name}', expected only parameters of the package's own "
                    f"mechanisms ({', '.join(own)}); what is believed of others belongs to a case"
                )
            out[name] = (path, prior)
    return out


@lru_cache(maxsize=1)
def made_of() -> tuple[str, ...]:
    """Each package of `plugins` in words: name, version, a digest over its files (sources, ledger, priors)."""
    out = []
    for package, version in sorted({(p.package, p.version) for p in plugins()}):
        files = {name: path for p in plugins() if p.package == package for name, path in _files(p)}
        sha = hashlib.sha256()
        for name, path in sorted(files.items()):
            data = read_bytes(path)
            sha.update(f"{name}\0{len(data)}\0".encode())
            sha.update(data)
        out.append(f"{package} {version} (digest {sha.hexdigest()[:20]})")
    return tuple(out)


def _loaded(point: EntryPoint) -> Plugin:
    """The plugin of an entry point, checked as far as it can be without a case."""
    package, version = (point.dist.name, point.dist.version) if point.dist else (point.module, "")
    who = f"the package '{package}' {version} offers the mechanism '{point.name}' ({point.value})"
    try:
        kind = point.load()
    except Exception as error:  # whatever the import of a stranger's module raises
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise PluginError(f"{who}, which cannot be loaded ({reason}), mend the package or uninstall it") from None
    if not isinstance(kind, type) or not issubclass(kind, Mechanism) or inspect.isabstract(kind):
        raise PluginError(f"{who}, expected a subclass of fissure.model.mechanism.Mechanism with a `__call__`")
    if point.name != kind.name() or not re.fullmatch(NAME, point.name):
        raise PluginError(
            f"{who}, expected the name of its module's file with dashes, '{kind.name()}', in small letters"
        )
    if kind.group() not in get_args(Group):
        raise PluginError(
            f"{who}, of group '{kind.group()}', expected `in_group` to be one of {', '.join(get_args(Group))}"
            f"{nearest(kind.group(), get_args(Group))}"
        )
    for name in ("title", "claims", "checks"):
        if not hasattr(kind, name):
            raise PluginError(f"{who}, whose class has no `{name}`")
    declared = {field for _, field, _ in quantities(point.name, kind)}
    for f in fields(kind):
        if f.name not in declared | {"on"}:
            raise PluginError(f"{who}, whose field '{f.name}' is no parameter, expected `parameter(unit, meaning)`")
    return Plugin(point.name, package, version, kind)


def _files(plugin: Plugin) -> Iterator[tuple[str, Path]]:
    """Every file of the package that holds the plugin, by its name within; of a lone module what goes with it."""
    top = plugin.folder
    if "." in plugin.kind.__module__ or (top / "__init__.py").exists():
        while (top.parent / "__init__.py").exists():
            top = top.parent
        found = list(top.rglob("*"))
    else:
        module = top / Path(inspect.getfile(plugin.kind)).name
        found = [module, plugin.priors_file, *plugin.ledger_folder.rglob("*")]
    for path in found:
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(top).as_posix(), path
