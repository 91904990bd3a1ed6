"""Show that a change of the model's code changes no byte, and keep what was made before it.

    python tools/same_bytes.py OLD [--members 16] [--but OUTPUT ...] [--keep]

OLD is a checkout of Fissure from before the change. Members of the prior and of the posterior that comes with the
reference case are simulated there and here, each at full scale over all weeks, and every record is compared. With
--keep, and only where all are the same, the files that tell the digest of the old code (posterior, attribution, answers
and so on) are made to tell that of the new: a posterior need not be fitted anew because a loop was rewritten.
Exit code 1 where anything differs; then fit anew. An output that only checks of mechanisms read may be let off by
--but; the verdicts are then left to be made anew (`python tools/results.py verdicts`).
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
CASE = Path("src/fissure/cases/islamic_state")
VERDICTS = "kept/verdicts.json"
KEPT = [*(f"kept/{name}.json" for name in ("answers", "explain", "hindcast")), VERDICTS]

SIMULATE = """
import hashlib, json, sys
from pathlib import Path
from typing import Any
from fissure.cases.loader import load_case
from fissure.engine.plan import plan_of
from fissure.model.catalogue import parameters_of
try:
    from fissure.studies.calibration.posterior import dependencies, read_posterior
except ImportError:
    from fissure.studies.calibrate.posterior import dependencies, read_posterior
try:
    from fissure.engine.parameter_source import Prior
    from fissure.engine.provenance import model_digest, own_digest
except ImportError:  # before code was digested by what it imports
    from fissure.engine.provenance import model_digest, own_digest
    from fissure.engine.draws import Prior
try:
    from fissure.engine.ensemble import EnsembleTask
    part_of = lambda case, parameters, plan, draws: EnsembleTask(case, plan, draws).part
except ImportError:  # before there was one runner
    try:
        from fissure.engine.workers import Work
        part_of = lambda case, parameters, plan, draws: Work(case, plan, draws).part
    except ImportError:
        from fissure.engine.members import part_of

members, path = int(sys.argv[1]), Path(sys.argv[2])
case = load_case("islamic_state")
posterior = read_posterior(path)
digests = {"own": own_digest(), "model": model_digest(), "measurement": dependencies(case, [])["measurement"]}
records = {}
for kind, draws in (("prior", Prior()), ("posterior", posterior)):
    parameters = parameters_of(case)
    plan = plan_of(case, parameters, seed=1, draws=draws.digest)
    part = part_of(case, parameters, plan, draws)
    for first in range(0, members, plan.width):
        found = part(list(range(first, min(first + plan.width, members))))
        for name, array in found.items():
            records[f"{kind}, from member {first}, {name}"] = hashlib.sha256(array.tobytes()).hexdigest()
print(json.dumps({"digests": digests, "records": records}))
"""


def main() -> None:
    """Compare, say what was found, keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path, help="a checkout from before the change")
    parser.add_argument("--members", type=int, default=16, help="of the prior, and as many of the posterior")
    parser.add_argument("--keep", action="store_true", help="let the files that are kept tell the new digest")
    parser.add_argument("--but", nargs="+", default=[], metavar="OUTPUT", help="outputs that may differ")
    asked = parser.parse_args()
    posterior = max((HERE / CASE / "posterior").glob("*.json"))
    old, new = (simulated(place.resolve(), asked.members, posterior) for place in (asked.old, HERE))
    differ = [name for name in old["records"] | new["records"] if old["records"].get(name) != new["records"].get(name)]
    let_off = [name for name in differ if name.rpartition(" ")[2] in asked.but]
    differ = [name for name in differ if name not in let_off]
    if differ:
        sys.exit(f"{len(differ)} of {len(old['records'])} records differ: " + "; ".join(differ[:12]))
    same = len(new["records"]) - len(let_off)
    print(f"{same} records of {2 * asked.members} members are the same bytes; {len(let_off)} others were let off.")
    if asked.keep:
        kept = [name for name in KEPT if not let_off or name != VERDICTS]
        keep({was: new["digests"][name] for name, was in old["digests"].items()}, posterior, kept)


def simulated(checkout: Path, members: int, posterior: Path) -> dict[str, Any]:
    """Digests of the code in `checkout` and of all records that it makes."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    command = [sys.executable, "-c", SIMULATE, str(members), str(posterior)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return dict(json.loads(done.stdout))


def keep(new: dict[str, str], posterior: Path, kept: list[str]) -> None:
    """Replace digests in the files that are kept; that of the posterior's draws follows from its own."""
    from fissure.studies.calibration.posterior import read_posterior

    before = read_posterior(posterior)
    if before.fitted_to["model"] not in new:
        sys.exit(f"{posterior.name} tells the digest of other code than OLD: check out what it was kept with.")
    after = replace(before, fitted_to={name: new.get(of, of) for name, of in before.fitted_to.items()})
    after.write(posterior)
    new = {**new, before.digest: after.digest}
    for name in kept:
        path = (HERE / CASE / name).resolve()
        text = path.read_text(encoding="utf-8")
        for was, now in new.items():
            text = text.replace(was, now)
        path.write_text(text, encoding="utf-8")
    print(f"Kept: {posterior.name} and {len(kept)} files tell the digest of this code.")


if __name__ == "__main__":
    main()
