"""What a ready-made result does not cover: packages that bring mechanisms and were not there when it was made.

A posterior, an attribution, answers and forecasts that are kept with a case say with which such packages they were
made, each as `fissure.model.plugins.made_of` gives it: name, version and a digest of its files. What comes with
Fissure was made with none.

- One made with fewer packages than there are now is shown, with a sentence on what it does not cover.
- One made with a package that is not there now, or not as it was, is of another model: it is not used.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from fissure.errors import ArgumentError
from fissure.model.parameters import Declared
from fissure.model.plugins import Plugin, made_of, plugins

Packages = tuple[str, ...]


def stated(told: Any) -> Packages:
    """The packages that a file names; none where it names none."""
    return tuple(map(str, told or ()))


def serves(made: Iterable[str]) -> bool:
    """Whether a result made with the packages `made` is of the model with the installed ones, or with some of them."""
    return set(made) <= set(made_of())


def uncovered(made: Iterable[str], now: Iterable[str] | None = None, off: Collection[str] = ()) -> Packages:
    """Those of the packages `now` (the installed ones where None) that a result made with `made` knows nothing of.

    Not one whose mechanisms are all in `off`: what is switched off cannot be missed.
    """
    known = set(made)
    new = [one for one in (made_of() if now is None else now) if one not in known]
    return tuple(one for one in new if not (own := _brought(one)) or any(p.name not in off for p in own))


def caution(made: Iterable[str], now: Iterable[str] | None = None, off: Collection[str] = ()) -> str:
    """One sentence on what a result made with `made` does not cover of `now`, see `uncovered`; empty where nothing."""
    missing = uncovered(made, now, off)
    if not missing:
        return ""
    return f"Made without {named(missing)}: these numbers are of the model without {_it(missing)}."


def of_posterior(
    made: Iterable[str], parameters: Sequence[Declared], now: Iterable[str] | None = None, off: Collection[str] = ()
) -> str:
    """One sentence on what a posterior fitted with `made` does not cover of `now`, and what of `parameters` is drawn
    from the prior for that reason; empty where nothing.
    """
    missing = uncovered(made, now, off)
    if not missing:
        return ""
    brought = mechanisms(missing)
    own = [p.name for p in parameters if p.owner in brought]
    prior = f"{', '.join(own)} {'are' if len(own) > 1 else 'is'} drawn from the prior, and " if own else ""
    return (
        f"Fitted without {named(missing)}: {prior}histories with {_it(missing)} were never held against the evidence."
    )


def of_run(now: Iterable[str]) -> str:
    """One sentence on a run made with `now` where a package of these is not installed as it was; else empty."""
    said = gone(now)
    told = "what is said here of mechanisms, causes and claims is of the model as it is now"
    return f"This run was made with {said}; {told}." if said else ""


def gone(made: Iterable[str]) -> str:
    """The packages of `made` that are not installed as they were, in a sentence; empty where all are."""
    there, installed = made_of(), {plugin.package for plugin in plugins()}
    return _listed([f"{_quoted(one)}, which {_state(one, installed)}" for one in made if one not in there])


def require_own(what: str) -> None:
    """Raise `FissureError` where packages that bring mechanisms are installed: `what` is kept for our own alone."""
    if packages := made_of():
        raise ArgumentError(
            f"found {named(packages)}, expected Fissure's own mechanisms alone, as their {what} are kept with it; "
            "uninstall the others first"
        )


def named(packages: Iterable[str]) -> str:
    """Packages with their mechanisms, as far as they are known, in a sentence."""
    said = []
    for one in packages:
        names = [f"'{p.name}'" for p in _brought(one)]
        many = "mechanisms" if len(names) > 1 else "mechanism"
        said.append(f"{_quoted(one)} ({many} {_listed(names)})" if names else _quoted(one))
    return _listed(said)


def mechanisms(packages: Iterable[str]) -> frozenset[str]:
    """Names of the mechanisms that `packages` bring, as far as they are installed."""
    return frozenset(p.name for one in packages for p in _brought(one))


def _brought(package: str) -> list[Plugin]:
    return [p for p in plugins() if f"{p.package} {p.version}" == _plain(package)]


def _plain(package: str) -> str:
    """Name and version, without the digest."""
    return package.partition(" (digest ")[0]


def _quoted(package: str) -> str:
    name, _, version = _plain(package).rpartition(" ")
    return f"the package '{name}' {version}"


def _state(package: str, installed: Collection[str]) -> str:
    return "has changed since" if _plain(package).rpartition(" ")[0] in installed else "is not installed now"


def _it(packages: Sequence[str]) -> str:
    return "it" if len(packages) == 1 else "them"


def _listed(said: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(said[:-1]), *said[-1:]]))
