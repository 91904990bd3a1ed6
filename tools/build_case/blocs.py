"""Shares of the foreign blocs from ICSR's country estimates of January 2015, written into `case.yaml`."""

import re
from pathlib import Path

from tools.build_case.tables import read

MEMBERS = {
    "arab-maghreb": "algeria, libya, morocco, tunisia, egypt, sudan",
    "arab-mashreq-gulf": (
        "bahrain, jordan, kuwait, lebanon, qatar, saudi arabia, united arab emirates, yemen, palestine"
    ),
    "europe-west": (
        "albania, australia, austria, belgium, bosnia, canada, denmark, finland, france, germany, ireland, "
        "italy, kosovo, macedonia, netherlands, new zealand, norway, serbia, spain, sweden, switzerland, "
        "united kingdom, united states"
    ),
    "caucasus-ex-soviet": "kazakhstan, kyrgyzstan, russia, tajikistan, turkmenistan, ukraine, uzbekistan",
    "asia-other": "afghanistan, china, israel, pakistan, somalia, turkey",
}
OWN = {"iraq"}  # a local origin here, and blank in the table of 2015


def shares(raw: Path) -> dict[str, float]:
    """Share of each foreign bloc, to three decimals; the largest takes what rounding leaves of 1."""
    rows = [r for r in read(raw / "foreign_fighters" / "icsr_estimates_by_country.csv") if r["icsr.date"] == "20150126"]
    mean = {row["country"]: float(row["icsr.mean"] or 0) for row in rows}
    bloc_of = {country: bloc for bloc, listed in MEMBERS.items() for country in listed.split(", ")}
    if missing := sorted(set(mean) - set(bloc_of) - OWN):
        raise ValueError(f"countries without a bloc: {missing}")
    total = sum(value for country, value in mean.items() if country in bloc_of)
    out = dict.fromkeys(MEMBERS, 0.0)
    for country, value in mean.items():
        if country in bloc_of:
            out[bloc_of[country]] += value / total
    out = {bloc: round(share, 3) for bloc, share in out.items()}
    largest = max(out, key=lambda bloc: out[bloc])
    out[largest] = round(out[largest] + 1 - sum(out.values()), 3)
    return out


def build(raw: Path, out: Path) -> str:
    """Rewrite the `share` lines of the foreign blocs in `case.yaml`."""
    path = out / "case.yaml"
    text = path.read_text(encoding="utf-8")
    found = shares(raw)
    for bloc, share in found.items():
        text, times = re.subn(rf"(- name: {bloc}\n(?:    .*\n)*?    share: )[0-9.]+", rf"\g<1>{share:g}", text)
        if times != 1:
            raise ValueError(f"{path}: bloc '{bloc}' with a share stands {times} times, expected once")
    path.write_text(text, encoding="utf-8")
    return ", ".join(f"{bloc} {share:g}" for bloc, share in found.items())
