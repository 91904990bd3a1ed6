"""What a page is on paper: its PDF as text, and what would be cut."""

import io
import re
import unicodedata
from typing import Any

import pypdf
from playwright.sync_api import Page

MARGINS = {"top": "14mm", "bottom": "14mm", "left": "12mm", "right": "12mm"}
WIDE = 703
"""Pixels between the margins of A4."""
CUT = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide) found.push("the page is wider than the paper");
  const over = (e) => e.getBoundingClientRect().right > wide + 1;
  const shown = (e) => e.getClientRects().length > 0;
  for (const e of document.querySelectorAll("table, th, td, figure, pre, p, li, [data-chart] > svg, .scroll > svg")) {
    if (shown(e) && over(e) && !e.closest(".unseen")) found.push(`beyond the paper: ${e.outerHTML.slice(0, 120)}`);
  }
  for (const e of document.querySelectorAll("th, td, pre")) {
    if (shown(e) && e.scrollWidth > e.clientWidth + 2) found.push(`cut: ${e.innerText.slice(0, 80)}`);
  }
  for (const e of document.querySelectorAll("[data-chart]")) {
    const svg = e.querySelector("svg"), wide = (one) => one.getBoundingClientRect().width;
    if (!shown(e)) continue;
    if (!svg) found.push(`not drawn: ${e.dataset.chart}`);
    else if (wide(svg) < 0.9 * wide(e.closest("figure") ?? e)) found.push(`narrow: ${e.dataset.chart}`);
  }
  for (const e of document.querySelectorAll("button, input, select, nav, .save, form")) {
    if (shown(e)) found.push(`nothing to do on paper: ${e.outerHTML.slice(0, 80)}`);
  }
  return found;
}"""
COLUMNS = """() => [...document.querySelectorAll("table")].filter((e) => e.getClientRects().length).map((e) =>
  [...e.querySelectorAll("thead th")].filter((one) => !one.querySelector(".unseen")).map((one) => one.innerText))"""


def printed(page: Page, **options: Any) -> str:
    """The text of the page's PDF without white space: where a line or a cell breaks does not matter."""
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", margin=MARGINS, print_background=True, **options)))  # type: ignore[arg-type]
    return bare("".join(one.extract_text() for one in pdf.pages))


def bare(text: str) -> str:
    """`text` without white space and ligatures."""
    return re.sub(r"\s+|\u00ad", "", unicodedata.normalize("NFKC", text))


def on_paper(page: Page) -> tuple[list[str], list[list[str]]]:
    """What would be cut or left out on A4, and the columns of every table that is printed."""
    before = page.viewport_size
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDE, "height": 1000})
    found: tuple[list[str], list[list[str]]] = page.evaluate(CUT), page.evaluate(COLUMNS)
    page.emulate_media(media="null")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    if before:
        page.set_viewport_size(before)
    return found
