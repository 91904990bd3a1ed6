"""A page of charts in Chromium as a test looks at it: where charts lie, what lies over them, what they answer."""

from typing import Any

from playwright.sync_api import Page

from tests.html_pages import UNFIT

MISPLACED = """() => {
  const found = [];
  const box = (e) => {
    const r = e.getBoundingClientRect(), [x, y] = [r.left + scrollX, r.top + scrollY];
    return { x, y, r: x + r.width, b: y + r.height, w: r.width, h: r.height };
  };
  const meet = (a, b) => a.y < b.b - 1 && a.b > b.y + 1 && a.x < b.r - 1 && a.r > b.x + 1;
  const within = (a, b, edge = 1) =>
    a.x >= b.x - edge && a.r <= b.r + edge && a.y >= b.y - edge && a.b <= b.b + edge;
  const flat = (e) => getComputedStyle(e).position === "absolute" || !e.getClientRects().length;
  for (const figure of document.querySelectorAll("figure")) {
    const whole = box(figure), name = figure.innerText.slice(0, 60).replace(/\\s+/g, " ");
    if (!whole.w || !whole.h) continue;
    const say = (what, e) => found.push(`${name}: ${what}${e ? " " + e.outerHTML.slice(0, 80) : ""}`);
    for (const svg of figure.querySelectorAll("[data-chart] > svg, .drawing > svg, svg#map")) {
      const chart = box(svg), scrolls = svg.closest(".scroll");
      if (!within(chart, scrolls ? { ...whole, x: -1e9, r: 1e9 } : whole)) say("the chart is larger than its figure");
      const place = box(svg.parentElement);
      if (chart.b > place.b + 1) say("the chart is higher than its place");
      for (const text of svg.querySelectorAll("text")) {
        const one = box(text);
        const ours = svg.parentElement.matches("[data-chart]");
        if (one.w && ours && !within(one, chart, 3)) say(`cut: ${text.textContent}`);
      }
      for (const part of figure.querySelectorAll("figcaption, figcaption *, .save, p, summary, table, .legend")) {
        if (!flat(part) && !part.contains(svg) && meet(box(part), chart)) say("over the chart lies", part);
      }
    }
    const parts = [...figure.children].filter((e) => !flat(e));
    parts.forEach((a, n) => parts.slice(n + 1).forEach((b) => {
      if (meet(box(a), box(b))) say("two parts lie over one another", b);
    }));
    const next = figure.nextElementSibling;
    if (next && !flat(next) && meet(whole, box(next))) say("over the figure lies", next);
  }
  return found;
}"""
"""Whatever is not where it should be: charts larger than their figures, text over charts, text that is cut."""

_TELLING = """(chart) => {
  chart.scrollIntoView({ block: "center", behavior: "instant" });
  const svg = chart.querySelector("svg");
  const telling = [...svg.querySelectorAll("*")].filter((e) => !Array.isArray(e.__data__) && e.__data__?.tooltip);
  const step = Math.max(1, Math.floor(telling.length / 12)), middle = Math.floor(telling.length / 2);
  for (let n = middle; n < middle + telling.length; n += step) {
    const box = telling[n % telling.length].getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (document.elementFromPoint(x, y)?.__data__?.tooltip) return [x, y];
  }
  return null;
}"""
_SHOWN = """() => {
  const tip = document.querySelector("#vg-tooltip-element.visible");
  if (!tip || getComputedStyle(tip).visibility !== "visible") return null;
  const box = tip.getBoundingClientRect(), root = document.documentElement;
  return { left: box.left, top: box.top, right: box.right, bottom: box.bottom, wide: root.clientWidth,
           high: root.clientHeight, text: tip.innerText, layer: Number(getComputedStyle(tip).zIndex) };
}"""
_SAID = """() => [...document.querySelectorAll("[data-chart] svg *")].map((e) => e.__data__?.tooltip)
  .filter((text) => text !== undefined && text !== null).map((text) => JSON.stringify(text))"""
NEAR = 40
"""Pixels between a pointer and its tooltip."""


def drawn(page: Page) -> int:
    """Draw all charts of a view, as a printer does; how many there are."""
    page.evaluate("() => { dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint')); }")
    page.wait_for_function("() => !document.querySelector('[data-chart]:not([data-drawn])')")
    return page.locator("[data-chart]").count()


def misplaced(page: Page) -> list[str]:
    """See `MISPLACED`."""
    found: list[str] = page.evaluate(MISPLACED)
    return found


def silent(page: Page, *, finger: bool = False, every: int = 1) -> list[str]:
    """Charts that do not answer as they should, and why: a tooltip beside the pointer, on the screen, gone after it.

    Of `every` so many charts one is tried, which is drawn as a reader comes to it.
    """
    found = []
    for chart in page.query_selector_all("[data-chart]")[::every]:
        if chart.bounding_box():
            chart.scroll_into_view_if_needed()
            chart.wait_for_selector("svg")
            said = _answer(page, chart, finger)
            if said:
                found.append(f"{chart.get_attribute('data-chart')}: {said}")
    return found


def _answer(page: Page, chart: Any, finger: bool) -> str:
    at = chart.evaluate(_TELLING)
    if at is None:
        return "no place on it has a tooltip"
    x, y = at
    if finger:
        page.touchscreen.tap(x, y)
    else:
        page.mouse.move(x - 1, y)
        page.mouse.move(x, y)
    tip = page.evaluate(_SHOWN)
    if tip is None:
        return f"no tooltip at {x:.0f}, {y:.0f}"
    away = max(tip["left"] - x, x - tip["right"], tip["top"] - y, y - tip["bottom"])
    if away > NEAR:
        return f"the tooltip is {away:.0f} pixels away"
    if tip["left"] < 0 or tip["top"] < 0 or tip["right"] > tip["wide"] or tip["bottom"] > tip["high"]:
        return f"the tooltip leaves the screen: {tip}"
    if tip["layer"] < 100 or not tip["text"].strip() or UNFIT.search(tip["text"]):
        return f"the tooltip says '{tip['text']}' in layer {tip['layer']}"
    if finger:
        page.touchscreen.tap(1, y)
    else:
        page.mouse.move(1, y)
    return "the tooltip stays" if page.evaluate(_SHOWN) else ""


def unfit_tooltips(page: Page) -> list[str]:
    """Of all that any tooltip of the page would say, what means nothing to a reader."""
    return [said for said in page.evaluate(_SAID) if UNFIT.search(said.replace(":null", ""))]


def faults(page: Page, *, finger: bool = False) -> list[str]:
    """Whatever a reader of the charts would stumble over: of place, of words, of what does not answer."""
    return [*misplaced(page), *unfit_tooltips(page), *silent(page, finger=finger)]
