"""Verdicts of the last full effect check, kept with the reference case so that pages can show them without simulating.

`fissure check` writes `effects.json` into its folder; `python -m tools.docs.effects FOLDER docs` keeps it here
and writes the page of the docs. They are of the model and case whose digests they tell.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fissure.cases import naming
from fissure.engine.provenance import own_digest
from fissure.files import disk_errors, write_whole
from fissure.studies.causal import Verdict
from fissure.studies.effects import Checked, Effect

KEPT = naming.HOME / naming.REFERENCE / "kept" / "verdicts.json"
FILE = "effects.json"
WAYS = {-1: "lower", 1: "higher"}


def as_json(checked: Checked) -> dict[str, Any]:
    """A finished study as plain data: how it was made, and each effect."""
    plan = checked.plan
    return {
        "case": plan.case,
        "members": checked.members,
        "weeks": plan.weeks,
        "seed": plan.seed,
        "units": plan.units,
        "slots": plan.slots,
        "case digest": plan.case_digest,
        "model digest": own_digest(),
        "quick": checked.quick,
        "few_histories": checked.few_histories or None,
        "effects": [{k: v for k, v in asdict(effect).items() if k != "seconds"} for effect in checked.effects],
    }


def stale(data: Mapping[str, Any]) -> bool:
    """Whether kept data are of another model than there is now."""
    return data.get("model digest") != own_digest()


def write(checked: Checked) -> Path:
    """Write `effects.json` into the study's folder and return its path."""
    path = checked.folder / FILE
    with disk_errors(path.parent, 1 << 20):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(as_json(checked), indent=1).encode() + b"\n")
    return path


def kept(path: Path = KEPT) -> dict[str, Any]:
    """What `as_json` gave when verdicts were last kept; see there."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def effects(data: Mapping[str, Any]) -> list[Effect]:
    """The effects of kept data, in order."""
    return [Effect(**row) for row in data["effects"]]


def by_mechanism(found: list[Effect]) -> dict[str, list[Verdict]]:
    """Verdicts by mechanism, as the causal picture takes them."""
    out: dict[str, list[Verdict]] = {}
    for e in found:
        changed = "" if e.kind == "without it" else f" ({e.kind})"
        out.setdefault(e.mechanism, []).append(Verdict(e.observable + changed, WAYS[e.sign], e.verdict))
    return out
