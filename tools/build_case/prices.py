"""Oil price and official exchange rates by week, interpolated between months."""

from datetime import date
from pathlib import Path

import numpy as np

from tools.build_case.tables import MONDAYS, plain, read, write


def build(raw: Path, out: Path) -> str:
    """Write `forcing/prices.csv`; monthly means stand at the 15th, the week at its Thursday."""
    oil = read(raw / "prices" / "brent_monthly_2012_2019.csv")
    exchange = read(raw / "prices" / "official_fx_monthly_2010_2019.csv")
    days = [monday.toordinal() + 3 for monday in MONDAYS]

    def weekly(rows: list[dict[str, str]], when: str, column: str) -> np.ndarray:
        at = [date.fromisoformat(row[when][:7] + "-15").toordinal() for row in rows]
        return np.interp(days, at, [float(row[column]) for row in rows])

    brent = weekly(oil, "date", "brent_usd_per_bbl")
    dinar = weekly(exchange, "month", "iqd_per_usd")
    pound = weekly(exchange, "month", "syp_per_usd")
    write(
        out / "forcing" / "prices.csv",
        ("week", "oil_usd_per_barrel", "local_per_usd_Iraq", "local_per_usd_Syria"),
        [
            (monday, plain(a, 2), plain(b, 1), plain(c, 2))
            for monday, a, b, c in zip(MONDAYS, brent, dinar, pound, strict=True)
        ],
    )
    return f"oil {brent.min():.0f} to {brent.max():.0f} USD a barrel"
