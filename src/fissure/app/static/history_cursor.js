// A line at the week of the map on every chart of weeks that is drawn; history_play.js says which week.

import { viewOf } from "./charts.js";

const lines = new Map(); // chart -> {view, line}

function cursors() {
  if (!document.body.dataset.week) return;
  const day = new Date(`${document.body.dataset.week}T00:00`);
  for (const [chart, one] of lines) {
    if (!chart.isConnected || !chart.querySelector("svg")) { lines.delete(chart); continue; }
    const scale = one.view.scale("x"), at = scale(day), [from, to] = scale.range();
    one.line.hidden = !(at >= Math.min(from, to) && at <= Math.max(from, to));
    const [left, top] = one.view.origin(), padding = one.view.padding();
    one.line.style.left = `${padding.left + left + at}px`;
    one.line.style.top = `${padding.top + top}px`;
    one.line.style.height = `${one.view.height()}px`;
  }
}

function follow(chart, view) {
  if (lines.get(chart)?.view === view) return;
  let scale = null;
  try { scale = view.scale("x"); } catch { return; } // no chart of weeks
  if (!scale || !(scale.domain()[0] instanceof Date || scale.domain()[0] > 1e11)) return;
  const line = document.createElement("span");
  line.className = "cursor";
  line.setAttribute("aria-hidden", "true");
  chart.append(line);
  lines.set(chart, { view, line });
  cursors();
}

document.addEventListener("week", cursors);
document.addEventListener("drawn", (event) => follow(event.target, event.detail));
let resized = 0;
window.addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(cursors, 150); });

for (const chart of document.querySelectorAll("[data-chart][data-drawn]")) { // drawn before this script ran
  if (viewOf(chart)) follow(chart, viewOf(chart));
}
