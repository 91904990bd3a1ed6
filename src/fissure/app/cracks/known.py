"""What a server knows of mechanisms besides the causal picture: claims, checks, parameters, attribution."""

import json
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from fissure.app.cracks.told import (
    AttributionTold,
    CheckTold,
    ClaimTold,
    FigureTold,
    IntervalTold,
    MechanismShort,
    ParameterTold,
)
from fissure.app.derived import Found, Kind
from fissure.app.desk import Desk
from fissure.app.evidence.known import moves_of
from fissure.cases.loader import Case
from fissure.context import Context
from fissure.errors import FissureError
from fissure.evidence import Ledger
from fissure.evidence.entries import Observation
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import described
from fissure.model.parameters import quantile
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS as GROUPS
from fissure.present.formatting import signed
from fissure.present.render.html import web
from fissure.present.words import attribution as explaining
from fissure.present.words import calibration as moved
from fissure.studies import causal_atlas, verdicts
from fissure.studies.causal_atlas import Atlas
from fissure.studies.coverage import caution
from fissure.studies.effects import Effect
from fissure.studies.explained import Saved
from fissure.studies.explained import kept as kept_attribution

WAITING = (
    "Mechanisms and fields are being read from the code; this takes some seconds, once for each version of the model."
)


def _bytes_of(atlas: Atlas) -> bytes:
    return json.dumps(causal_atlas.told(atlas), ensure_ascii=False).encode()


ATLAS = Kind("causal", causal_atlas.__name__, _bytes_of, lambda body: causal_atlas.read(json.loads(body)), in_memory=1)


def look(desk: Desk, *, wait: float = 0.0) -> Found[Atlas]:
    """The causal picture of the model as it is; where there is none yet, it is made in the background."""
    return desk.derived.get(ATLAS, [], causal_atlas.atlas, wait=wait)  # it derives from the code alone


def ready(desk: Desk) -> None:
    """Begin with what takes seconds, so that nobody waits for it; whoever asks later is told what goes wrong."""
    with suppress(Exception):
        look(desk)
        known_of(desk.context).warm()


@dataclass(frozen=True, eq=False)
class Known:
    """Of one case; each part is read when it is first asked for."""

    context: Context

    @property
    def case(self) -> Case:
        """The case."""
        return self.context.case

    def warm(self) -> None:
        """Read now what is slow to read."""
        _ = self.mechanisms, self.context.subjects, self.attribution, self.checked, self.normals

    @property
    def ledger(self) -> Ledger:
        """All claims, and the observations of the case."""
        return self.context.ledger

    @cached_property
    def attribution(self) -> Saved | None:
        """The attribution that was kept with the case, if it speaks of this model and these draws."""
        try:
            return kept_attribution(self.case, self.context.posterior_digest)
        except FissureError:
            return None

    def not_attributed(self) -> str:
        """Why nothing is attributed to a mechanism."""
        saved = self.attribution
        said = "" if saved is None else caution(saved.found.plan.plugins)
        if saved is None or not said:
            return "No attribution of this version of the model is kept."
        return f"The attribution that is kept with the case has no share of it. {said}"

    @cached_property
    def checked(self) -> tuple[dict[str, list[Effect]], bool]:
        """Kept effects by mechanism, and whether they are of another version of the model."""
        data = verdicts.kept()
        own: dict[str, list[Effect]] = {}
        for effect in verdicts.effects(data):
            own.setdefault(effect.mechanism, []).append(effect)
        return own, verdicts.stale(data)

    @cached_property
    def mechanisms(self) -> dict[str, MechanismShort]:
        """Every mechanism in short, by group and name."""
        count = dict.fromkeys(mechanism_classes(), 0)
        for one in self.parameters:
            if one.owner in count:
                count[one.owner] += 1
        found = {
            name: MechanismShort(
                name=name, title=kind.title, group=kind.group(), says=_line(kind), parameters=count[name],
                claims=len(self.ledger.claims_of(name)),
            )
            for name, kind in mechanism_classes().items()
        }  # fmt: skip
        order = list(GROUPS)
        return dict(sorted(found.items(), key=lambda one: (order.index(one[1].group), one[0])))

    @cached_property
    def parameters(self) -> list[ParameterTold]:
        """All of them, by owner, in the order of the model."""
        moves = moves_of(self.context)
        out = []
        for p in self.context.parameters:
            move = moves.get(p.name)
            low, middle, high = (float(x) for x in quantile(p.prior.prior, np.asarray(moved.NORMAL)))
            out.append(
                ParameterTold(
                    name=p.name, owner=p.owner, meaning=p.meaning, unit=p.unit, prior_kind=p.prior.prior.kind,
                    prior=IntervalTold(low=low, middle=middle, high=high),
                    posterior=None if move is None else IntervalTold(**move.posterior._asdict()),
                    shift=None if move is None else move.shift,
                    contraction=None if move is None else move.contraction,
                    reason=p.prior.reason, evidence=list(p.prior.evidence),
                )
            )  # fmt: skip
        return out

    @cached_property
    def normals(self) -> dict[str, moved.Interval]:
        """Posteriors on the scale on which the prior is a standard normal, by parameter, for pictures."""
        return {name: move.normals for name, move in moves_of(self.context).items()}

    def claims(self, mechanism: str) -> list[ClaimTold]:
        """Claims that it takes up, by source and line."""
        own = sorted(self.ledger.claims_of(mechanism), key=lambda c: (c.source, c.line, c.id))
        sources = self.ledger.sources
        return [
            ClaimTold(
                id=c.id, source=c.source, line=c.line, paraphrase=" ".join(c.paraphrase.split()),
                direction=c.direction, effect=c.effect, title=sources[c.source].title,
                publisher=sources[c.source].publisher, leaning=sources[c.source].leaning,
                address=web(sources[c.source].address), figure=c.figure,
            )
            for c in own
        ]  # fmt: skip

    def checks(self, mechanism: str) -> list[CheckTold]:
        """What the last kept check of effects found of it."""
        return [
            CheckTold(
                observable=e.observable, changed=e.kind, expected="lower" if e.sign < 0 else "higher",
                difference=_finite(e.difference), low=_finite(e.low), high=_finite(e.high),
                relative=_finite(e.relative), share=_finite(e.share), members=e.members, verdict=e.verdict,
            )
            for e in self.checked[0].get(mechanism, [])
        ]  # fmt: skip

    def attributed(self, mechanism: str) -> AttributionTold | None:
        """Its share in the first outcome of the kept attribution."""
        if self.attribution is None or mechanism not in self.attribution.found.every.players:
            return None
        found = self.attribution.found
        outcome = found.outcomes[0]
        value, low, high = explaining.of(found.every, found.every.players.index(mechanism), 0)
        return AttributionTold(
            outcome=outcome.name, title=outcome.title, unit=formatting.unit(outcome.unit), more=outcome.more,
            value=value, low=low, high=high, members=found.every.members,
        )  # fmt: skip

    def rivals(self, name: str) -> list[list[FigureTold]]:
        """Published figures on `name` (a mechanism or an output) that contradict one another."""
        return [self._figures(group) for group in self.context.trace(name).rival_groups]

    def figures(self, output: str) -> list[FigureTold]:
        """Published figures that output answers to, by date."""
        return self._figures(self.ledger.observations_of(output))

    def _figures(self, own: Iterable[Observation]) -> list[FigureTold]:
        return [
            FigureTold(
                id=o.id, what=self.ledger.variables[o.variable].title,
                publisher=formatting.publisher(o, self.ledger.sources), when=formatting.when(o), scope=o.scope,
                says=formatting.published(o), band=formatting.interval(*o.band, o.unit), unit=formatting.unit(o.unit),
                doubt=o.doubt, address=web(o.address or self.ledger.sources[o.source].address),
            )
            for o in own
        ]  # fmt: skip


@lru_cache(maxsize=8)
def known_of(context: Context) -> Known:
    """What a server knows of the mechanisms in `context`, read once."""
    return Known(context)


def difference(check: CheckTold) -> str:
    """The paired difference with its interval, in the words of the report."""
    if check.difference is None:
        return "–"
    said = signed(check.difference)
    if check.low is None or check.high is None:
        return said
    return f"{said} (95%: {signed(check.low)} to {signed(check.high)})"


def _line(kind: type) -> str:
    """The first line of what its file says."""
    return described(kind).line


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None
