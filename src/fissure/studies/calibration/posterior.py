"""A fitted posterior: draws of the learned parameters, and all that says what it was fitted to.

It lies with the case as `posterior/UNTIL.json`, one draw a line, and is used only with the model, the case, the priors,
the evidence and the measurement model that it was fitted to: anything else refuses it.
"""

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from fissure.cases.loader import Case, in_war
from fissure.cases.naming import called
from fissure.engine.plan import case_digest, priors_digest
from fissure.engine.provenance import STUDY, code_digest, own_digest
from fissure.engine.random import prior_normals, seed_words
from fissure.engine.simulate import Past
from fissure.errors import PosteriorError, nearest
from fissure.evidence.ledger import Ledger
from fissure.files import JsonObject, write_whole
from fissure.model.catalogue import parameters_of
from fissure.model.world import world_of
from fissure.reading import read_json
from fissure.studies import kept_results
from fissure.studies.kept_results import place, places
from fissure.studies.measurement import Datum
from fissure.studies.measurement import data as figures_of
from fissure.studies.observation_operator import Floats

FORMAT = 1
KEPT = "posterior"
"""The folder of the posteriors that are kept of a case."""
DECIMALS = 4
FARTHEST = 8.0
"""No draw is farther out than this; those of the prior end at 6.4."""
WHAT = {
    "model": "the model",
    "case": "the case",
    "priors": "the priors",
    "evidence": "the evidence up to the cut-off",
    "measurement": "the code of the measurement model",
}
"""Things that a posterior depends on, in words."""


@dataclass(frozen=True, eq=False)
class PastHistories:
    """The histories that go on: draw k had the luck of `members[k]` under `seed` in the first `weeks` weeks."""

    members: NDArray[np.int64]
    seed: int
    weeks: int


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws (count, learned) of the normals of what was learned, fitted to figures up to `until`.

    `learned` are names of parameters, and of publishers' bias terms as ``bias:source.family``. `fitted_to` holds a
    digest of each of `WHAT`; `made` says how it was made (`fit.Setting.described`). `lived` says which simulated
    history each draw goes on from (`histories`); where it is None members have luck of their own from the first day.
    """

    case: str
    until: date
    learned: tuple[str, ...]
    draws: Floats
    fitted_to: Mapping[str, str]
    made: Mapping[str, Any] = field(default_factory=dict)
    lived: PastHistories | None = None

    @property
    def plugins(self) -> tuple[str, ...]:
        """Packages that bring mechanisms with which it was fitted, see `kept_results`."""
        return tuple(map(str, self.made.get("plugins") or ()))

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of the draws, of what they were fitted to and of how."""
        content = [FORMAT, self.case, self.until.isoformat(), list(self.learned), dict(self.fitted_to), dict(self.made)]
        sha = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
        sha.update("\n".join(_lines(self.draws)).encode())
        sha.update(json.dumps(self._histories()).encode())
        return sha.hexdigest()

    def _histories(self) -> JsonObject | None:
        own = self.lived
        return None if own is None else {"seed": own.seed, "weeks": own.weeks, "members": own.members.tolist()}

    def normals(self, seed: int, members: Sequence[int], names: Sequence[str]) -> NDArray[np.float64]:
        """Standard normals of shape (members, names).

        A member takes one of the draws, by luck of its own. A parameter that was not learned keeps its prior, or what
        it was in the history that goes on.
        """
        return self.normals_of(self.rows(seed, members), seed, members, names)

    def normals_of(
        self, rows: NDArray[np.int64], seed: int, members: Sequence[int], names: Sequence[str]
    ) -> NDArray[np.float64]:
        """`normals` of members that take the draws `rows`."""
        own = self.lived
        of, luck = (seed, members) if own is None else (own.seed, own.members[rows].tolist())
        z = prior_normals(of, luck, names)
        for at, name in enumerate(self.learned):
            if name in names:
                z[:, list(names).index(name)] = self.draws[rows, at]
        return z

    def rows(self, seed: int, members: Sequence[int]) -> NDArray[np.int64]:
        """(members,) which draw each member takes."""
        u = ndtr(prior_normals(seed, members, ["posterior.draw"])[:, 0])
        return np.asarray(u * len(self.draws), np.int64)

    def past(self, seed: int, members: Sequence[int]) -> Past | None:
        """The luck of the history that each of `members` goes on from, up to the cut-off."""
        own = self.lived
        if own is None:
            return None
        lived = own.members[self.rows(seed, members)]
        return Past(jnp.asarray(lived, jnp.int32), seed_words(own.seed), jnp.int32(own.weeks))

    def pasts(self, seed: int, members: Sequence[int]) -> NDArray[np.int64]:
        """(members,) the history that each of `members` goes on from; the draw that it takes where there is none."""
        rows, own = self.rows(seed, members), self.lived
        return rows if own is None else np.asarray(own.members[rows], np.int64)

    def write(self, path: Path) -> None:
        """Write it, whole or not at all."""
        content = {
            "format": FORMAT,
            "about": f"Posterior of Fissure's case {self.case}, fitted to figures up to {self.until}: one draw a line, "
            "as standard normals of the priors.",
            "case": self.case,
            "until": self.until.isoformat(),
            "digest": self.digest,
            "fitted_to": dict(self.fitted_to),
            "made": dict(self.made),
            "lived": self._histories(),
            "learned": list(self.learned),
        }
        text = json.dumps(content, indent=1, ensure_ascii=False)[:-2]
        lines = ",\n".join(f"  [{line}]" for line in _lines(self.draws))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f'{text},\n "draws": [\n{lines}\n ]\n}}\n'.encode())


def _lines(draws: Floats) -> list[str]:
    return [",".join(f"{x:.{DECIMALS}f}" for x in row) for row in draws]


def read_posterior(path: Path) -> Posterior:
    """The posterior in `path`. Raises `FissureError` where it cannot be read or was changed by hand."""
    content = read_json(path, "a posterior")
    try:
        if content["format"] != FORMAT:
            raise PosteriorError(f"{path}: is a posterior of format {str(content['format'])[:20]}, expected {FORMAT}")
        found = Posterior(
            case=str(content["case"]),
            until=date.fromisoformat(content["until"]),
            learned=_names(content["learned"]),
            draws=_numbers(content["draws"], len(content["learned"])),
            fitted_to=dict(content["fitted_to"]),
            made=dict(content["made"]),
            lived=_lived(content["lived"], len(content["draws"])),
        )
        whole = found.digest == content["digest"]
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise PosteriorError(f"{path}: cannot be read as a posterior ({error})") from None
    if not whole:
        raise PosteriorError(f"{path}: this posterior is damaged or was changed, calibrate again")
    return found


def _lived(content: Any, count: int) -> PastHistories | None:
    if content is None:
        return None
    members = np.array(content["members"])
    seed, weeks = content["seed"], content["weeks"]
    if members.shape != (count,) or members.dtype != np.int64 or not ((members >= 0) & (members < 2**31)).all():
        raise ValueError(f"'lived' does not name a history for each of {count} draws")
    if type(seed) is not int or type(weeks) is not int or not (0 <= seed < 2**64 and 0 < weeks < 10_000):
        raise ValueError("'lived' names no seed and weeks")
    return PastHistories(members, seed, weeks)


def _names(content: Any) -> tuple[str, ...]:
    texts = isinstance(content, list) and all(isinstance(name, str) for name in content)
    if not texts or len(set(content)) < len(content):
        raise ValueError("'learned' is no list of different names")
    return tuple(content)


def _numbers(content: Any, width: int) -> Floats:
    draws = np.array(content, np.float64)
    if draws.ndim != 2 or draws.shape[1] != width or not draws.size:
        raise ValueError(f"draws of shape {draws.shape}, expected (count, {width})")
    if not (np.abs(draws) <= FARTHEST).all():
        raise ValueError(f"a draw is no number from {-FARTHEST:g} to {FARTHEST:g}")
    return draws


def dependencies(case: Case, items: Sequence[Datum], packages: Sequence[str] | None = None) -> dict[str, str]:
    """The digest of each thing that a posterior fitted to `items` depends on.

    Of one fitted with fewer `packages` that bring mechanisms than there are (see `kept_results`), what the case
    believes of the others is no part.
    """
    unknown = frozenset() if packages is None else kept_results.mechanisms(kept_results.uncovered(packages))
    return {
        "model": own_digest(),
        "case": case_digest(case, world_of(in_war(case, "recorded"), case.units, case.slots)),
        "priors": priors_digest([p for p in parameters_of(case) if p.name in case.priors and p.owner not in unknown]),
        "evidence": evidence_digest(items),
        "measurement": code_digest("fissure.studies.measurement", boundary=STUDY),
    }


def evidence_digest(items: Sequence[Datum]) -> str:
    """SHA-256, in hex, of the figures and of how each relates to the model."""
    content = [
        [
            item.observation.model_dump(mode="json", exclude={"note", "doubt", "address"}),
            item.variable.model_dump(mode="json", exclude={"note", "title", "reason"}),
            [item.scale, item.bias, *(repr(x) for x in (item.lean, item.spread, item.error, item.half))],
        ]
        for item in items
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def packaged(case: Case) -> list[date]:
    """The cut-offs of the posteriors that lie with `case`, in order."""
    days: set[date] = set()
    for folder in places(case, KEPT):
        found = sorted(path.stem for path in folder.glob("*.json"))
        try:
            days |= set(map(date.fromisoformat, found))
        except ValueError:
            raise PosteriorError(f"{folder}: found {', '.join(found)}, expected files named YYYY-MM-DD.json") from None
    return sorted(days)


def path_of(case: Case, until: date) -> Path:
    """The place of the posterior of `case` with this cut-off, if there is one."""
    return place(case, f"{KEPT}/{until.isoformat()}.json")


def _cure(path: Path, case: Case) -> str:
    """A cure for a posterior of another case: most often it came along when its folder was copied."""
    if path.parent not in places(case, KEPT):
        return "name another (--posterior) or use the prior (--prior)"
    names = [shlex.quote(str(case.folder / name)) for name in (KEPT, "kept")]
    return (
        f"it came with a copy: delete {' and '.join(names)}, which hold what was found of that case, or use the prior "
        "(--prior)"
    )


def require_fresh(path: Path, posterior: Posterior, case: Case, now: Mapping[str, str]) -> None:
    """Raise `FissureError` unless `posterior`, read from `path`, was fitted to what there is `now`."""
    if posterior.case != case.name:
        raise PosteriorError(
            f"{path}: is a posterior of the case '{posterior.case}', expected '{case.name}'; {_cure(path, case)}"
        )
    stale = [words for name, words in WHAT.items() if posterior.fitted_to.get(name) != now[name]]
    if stale:
        changed = kept_results.listed(stale)
        verb = "have" if len(stale) > 1 or stale[0] == WHAT["priors"] else "has"
        raise PosteriorError(
            f"{path}: this posterior is stale, as {changed} {verb} changed since it was fitted; calibrate again "
            f"(fissure calibrate {called(case.folder)} --until {posterior.until}) or use the prior (--prior)"
        )
    if gone := kept_results.gone(posterior.plugins):
        raise PosteriorError(
            f"{path}: this posterior was fitted with {gone}; install it as it was, calibrate again "
            f"(fissure calibrate {case.name} --until {posterior.until}) or use the prior (--prior)"
        )
    names = [p.name for p in parameters_of(case)]
    for name in posterior.learned:
        if not name.startswith("bias:") and name not in names:
            raise PosteriorError(f"{path}: unknown parameter '{name}'{nearest(name, names)}")


def chosen(case: Case, ledger: Ledger, path: Path | None = None) -> Posterior | None:
    """The posterior in `path`, or else the one with the last cut-off that lies with `case`; None where there is none.

    Raises `FissureError` where it cannot be read, is another case's, or was fitted to something else than there is now.
    """
    if path is None:
        cut_offs = packaged(case)
        if not cut_offs:
            return None
        path = path_of(case, cut_offs[-1])
    posterior = _read_once(path)
    known = figures_of(ledger, case.leanings, until=posterior.until)
    require_fresh(path, posterior, case, dependencies(case, known, posterior.plugins))
    return posterior


def with_digest(case: Case, digest: str) -> tuple[date, Posterior] | None:
    """The posterior with that digest among those that lie with `case`, and its cut-off; None where none has it."""
    found = ((day, _read_once(path_of(case, day))) for day in (packaged(case) if digest else ()))
    return next((one for one in found if one[1].digest == digest), None)


def _read_once(path: Path) -> Posterior:
    """The posterior in `path`, read again only when the file has changed."""
    try:
        now = path.stat()
    except OSError:
        return read_posterior(path)  # which says what is wrong
    return _read(path, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, written: int, size: int) -> Posterior:
    return read_posterior(path)
