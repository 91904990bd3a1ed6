"""How long a person waits on the page: with a stored run, in Chromium, on a server that has got ready.

    server         the server's answer to each view
    first paint    from asking for History to the first text or picture on the screen, by the browser's own clock
    slider step    from moving the slider of weeks to the map drawn anew
    first band     from the click on Run to the first difference drawn, of four pairs
    all pairs      from the same click until all pairs are there

Each is the middle one of several with the least and the most. The what-ifs are ones that nobody asked before. Needs the
`dev` extra and a Chromium.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.measurements import Asked
from bench.table import Heading, Table

VIEWS = ("history", "cracks", "why", "what-if", "evidence")
PAIRS, ASKED, REPEATS = 48, 3, 5
STEP = """async () => {
  const slider = document.getElementById("week"), took = [];
  for (let i = 0; i < 40; i++) {
    const began = performance.now();
    slider.value = Number(slider.value) + 1;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    took.push((performance.now() - began) / 1000);
  }
  return took;
}"""


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is of 20 members stored and not of 500."""
    members = 20 if asked.quick else 500
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        env = {**os.environ, "FISSURE_CACHE": f"{base}/cache"}
        fissure = [sys.executable, "-m", "fissure"]
        stored = ["run", "--members", str(members), "--out", f"{base}/runs/stored"]
        subprocess.run([*fissure, *stored], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        serve = [*fissure, "serve", f"{base}/runs", "--no-open"]
        with subprocess.Popen(serve, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
            try:
                return [measured((server.stdout.readline() if server.stdout else "").split()[-1], members)]
            finally:
                server.terminate()


def measured(address: str, members: int) -> Table:
    """All of it, of the server at `address`."""
    heads: list[Heading] = ["", ("median", "s"), ("least", "s"), ("most", "s")]
    table = Table.begun("waits", f"Waiting on the page, {members} members stored", heads, 34)
    wait_until_ready(address)
    for view in VIEWS:
        row(table, f"server, {view}", [answered(address, view) for _ in range(REPEATS)])
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        row(table, "first paint", [painted(page, address) for _ in range(REPEATS)])
        row(table, "slider step", page.evaluate(STEP))
        took = [clicked(page, address, factor) for factor in range(2, 2 + ASKED)]
        row(table, "first band", [first for first, _ in took])
        row(table, f"all {PAIRS} pairs", [last for _, last in took])
        browser.close()
    return table


def row(table: Table, what: str, took: list[float]) -> None:
    """A row of the table."""
    table.row(what, median(took), min(took), max(took))


def wait_until_ready(address: str) -> None:
    """Until the stored run is read, and nothing goes on in the background any more."""
    while b'id="week-said"' not in asked_for(f"{address}/history"):
        time.sleep(0.5)
    for view in VIEWS:
        asked_for(f"{address}/{view}")
    time.sleep(30)  # the members as they are, which every what-if needs


def asked_for(address: str) -> bytes:
    """What the server answers; asked again until it does."""
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.2)


def answered(address: str, view: str) -> float:
    """Seconds until the server has answered."""
    began = time.perf_counter()
    asked_for(f"{address}/{view}")
    return time.perf_counter() - began


def painted(page: Page, address: str) -> float:
    """Seconds until something of History is seen."""
    page.goto(f"{address}/history")
    page.wait_for_selector("#map path")
    found: Any = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return float(found) / 1000


def clicked(page: Page, address: str, factor: int) -> tuple[float, float]:
    """Seconds from the click until the first band is drawn, and until all pairs are there."""
    page.goto(f"{address}/what-if?draft=set=forcing.strikes=x{factor};from=2015-03&members={PAIRS}")
    page.wait_for_selector("#run:not(:disabled)")
    began = time.perf_counter()
    page.click("#run")
    page.wait_for_selector("[data-drawn] svg .mark-area path[d]", timeout=120_000)
    first = time.perf_counter() - began
    page.wait_for_selector(f"[data-said]:text-is('{PAIRS} pairs')", timeout=300_000)
    return first, time.perf_counter() - began


def chromium() -> str | None:
    """The machine's own Chromium; None for Playwright's."""
    from shutil import which

    return next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None)
