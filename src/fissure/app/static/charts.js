// Draws every [data-chart] when it comes near the screen, in the colours of the page, and lets it be saved.

import { buttons, cell, give, nameOf } from "./save.js";

const shared = JSON.parse(document.getElementById("shared").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const drawn = new Map(); // element -> {view, spec, mode}
let printing = false;
const ready = new Promise((resolve) => {
  if (document.readyState !== "loading") resolve();
  else document.addEventListener("DOMContentLoaded", resolve); // after the deferred bundle
});

export { shared };

export function specOf(key) {
  const spec = structuredClone(shared.specs[key]);
  if (shared.geography && spec.datasets && spec.datasets.held) Object.assign(spec.datasets, shared.geography);
  return spec;
}

const colours = () => (dark.matches && !printing ? "dark" : "light"); // paper is light

function options(mode) {
  return {
    mode: "vega-lite", actions: false, renderer: "svg", config: shared.config[mode],
    ast: true, // no code is made of text: the page's policy forbids it
    defaultStyle: false, tooltip: { disableDefaultStyle: true, theme: "custom" },
  };
}

// Draws `spec` (one of the page's where not given) in `element`; resolves to its Vega view.
export async function draw(element, spec = specOf(element.dataset.chart)) {
  await ready;
  const mode = colours();
  const result = await window.vegaEmbed(element, structuredClone(spec), options(mode));
  const before = drawn.get(element);
  if (before) before.view.finalize();
  drawn.set(element, { view: result.view, spec, mode });
  element.dataset.drawn = "yes";
  tools(element);
  element.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: result.view }));
  return result.view;
}

export const viewOf = (element) => drawn.get(element)?.view;

// New rows into the chart that stands there, by table, without drawing it anew; its downloads have them too.
export async function renew(element, datasets) {
  const { view, spec } = drawn.get(element);
  for (const [name, rows] of Object.entries(datasets)) {
    view.data(name, rows.map((row) => (row.week ? { ...row, week: new Date(row.week) } : row)));
  }
  Object.assign(spec.datasets, datasets);
  await view.runAsync();
}

// one after the other, so that the page stays usable
let turn = Promise.resolve();
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    turn = turn.then(() => drawLatest(entry.target)).catch(failed(entry.target));
  }
}, { rootMargin: "1200px" });

// Draws it once more where other numbers came while it was drawn.
async function drawLatest(element) {
  const key = element.dataset.chart, before = shared.specs[key];
  await draw(element);
  if (element.isConnected && shared.specs[key] && shared.specs[key] !== before) await drawLatest(element);
}

export const failed = (element) => (error) => {
  element.textContent = "This chart could not be drawn.";
  console.error(error);
};

// Charts that stand in `root` are drawn when they come near the screen.
export function watch(root = document) {
  for (const element of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
    if (shared.specs[element.dataset.chart]) near.observe(element);
  }
}

function recolour() {
  for (const [element, { spec, mode }] of [...drawn]) if (element.isConnected && mode !== colours()) draw(element, spec);
}
dark.addEventListener("change", recolour);

// On paper every chart is drawn, at the width that it has there. Nothing waits in here but for promises that are kept
// at once, so all is done when the browser takes its picture.
function paper(is) {
  printing = is;
  document.documentElement.classList.toggle("printing", is);
  dispatchEvent(new Event("resize")); // those that are drawn take the width of their place
  recolour();
  if (!is) return;
  for (const element of document.querySelectorAll("[data-chart]:not([data-drawn])")) {
    if (!shared.specs[element.dataset.chart]) continue;
    near.unobserve(element);
    draw(element).catch(failed(element));
  }
}
addEventListener("beforeprint", () => paper(true));
addEventListener("afterprint", () => paper(false));

function tools(element) {
  const figure = element.closest("figure");
  if (!figure || figure.querySelector(".save")) return;
  const title = element.dataset.title || "chart";
  element.after(buttons(title, ["SVG", "PNG", "CSV"], (kind) => save(element, kind)));
}

async function save(element, kind) {
  const { spec } = drawn.get(element);
  const name = nameOf(element.dataset.title || element.dataset.chart, kind);
  if (kind === "csv") return give(new Blob([csv(spec)], { type: "text/csv" }), name);
  // anew, on white, at a size that suits print
  const aside = document.createElement("div");
  const own = { ...structuredClone(spec), width: typeof spec.width === "number" ? spec.width : 640, background: "white" };
  const { view } = await window.vegaEmbed(aside, own, options("light"));
  const blob = kind === "svg"
    ? new Blob([await view.toSVG()], { type: "image/svg+xml" })
    : await new Promise(async (resolve) => (await view.toCanvas(2)).toBlob(resolve, "image/png"));
  view.finalize();
  give(blob, name);
}

// The data of a chart, each row with the name of the table that it is from.
export function csv(spec) {
  const tables = Object.entries(spec.datasets || {}).filter(([name]) => !["districts", "land"].includes(name));
  const plain = (value) => value === null || typeof value !== "object";
  const columns = [...new Set(tables.flatMap(([, rows]) =>
    rows.flatMap((row) => Object.keys(row).filter((key) => plain(row[key])))))];
  const lines = [["table", ...columns], ...tables.flatMap(([name, rows]) =>
    rows.map((row) => [name, ...columns.map((key) => row[key])]))];
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

watch();
