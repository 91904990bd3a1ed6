// Plays the weeks: one number, the week, from which the map, the marks, the words beside it and the address follow.

import * as page from "./page.js";
import { buttons, cell, give } from "./save.js";
const data = JSON.parse(document.getElementById("play").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const shares = Object.fromEntries(Object.entries(data.shares).map(([name, text]) => [name, bytes(text)]));
const many = data.names.length, last = data.weekly.length - 1;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paths = [...document.querySelectorAll("#map .districts path")];
const slider = document.getElementById("week"), button = document.getElementById("play-button");
const said = document.getElementById("week-said"), weeks = document.getElementById("weeks");
const tip = document.getElementById("tip"), figure = document.getElementById("map-figure"), map = document.getElementById("map");
const beside = document.getElementById("this-week"), table = document.getElementById("held");
const days = document.querySelectorAll("[data-day]");
const outline = document.createElementNS("http://www.w3.org/2000/svg", "path"); // above all neighbours
outline.setAttribute("class", "outline");
map.append(outline);

let week = Number(slider.getAttribute("value"));
let playing = null; // when it began, and from which week
let pointed = null; // the district that is pointed at
let printing = false;

const of = (n, at = week) => ({ median: shares.median[at * many + n], low: shares.low[at * many + n], high: shares.high[at * many + n] });
const words = (n) => { const { median, low, high } = of(n); return `${data.district[n]}: ${median}% held (90%: ${low}% to ${high}%)`; };
const ramp = () => data.ramp[dark.matches && !printing ? "dark" : "light"]; // paper is light

// --- what a week shows

function fill() {
  const colours = ramp(), from = week * many;
  paths.forEach((path, n) => path.setAttribute("fill", colours[shares.median[from + n]]));
}

function list(element, texts, none) {
  if (!element) return;
  element.replaceChildren(...(texts.length ? texts : [none]).map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    if (!texts.length) item.className = "soft";
    return item;
  }));
}

function tellBeside() {
  const own = data.weekly[week], quarter = data.quarters[own.quarter];
  for (const day of days) day.textContent = own.day;
  document.querySelector("[data-week-day]").textContent = `week of ${own.day}`;
  beside.querySelectorAll("[data-facts] dd").forEach((cell, n) => { cell.textContent = own.facts[n]; });
  list(beside.querySelector("[data-starts]"), own.starts, "none");
  if (!quarter) return;
  beside.querySelector("[data-quarter]").textContent = quarter.label;
  list(beside.querySelector("[data-events]"), quarter.events, "nothing of note");
}

function rows() {
  if (!table.closest("details").open) return;
  [...table.tBodies[0].rows].forEach((row, n) => {
    const { median, low, high } = of(n);
    row.cells[2].textContent = `${median}%`;
    row.cells[3].textContent = `${low}% to ${high}%`;
  });
}

let later = 0;
function settle() { // what may wait until the week stays: names for readers of the screen, and the address
  clearTimeout(later);
  if (playing) return;
  later = setTimeout(() => {
    paths.forEach((path, n) => path.setAttribute("aria-label", words(n)));
    page.address({ week: week === 0 ? null : data.weekly[week].iso });
  }, 120);
}

function mark() { // for whatever else follows the week, such as the lines on the charts
  document.body.dataset.week = data.weekly[week].iso;
  document.dispatchEvent(new CustomEvent("week"));
}

function show(next) {
  week = Math.min(Math.max(next, 0), last);
  fill();
  slider.value = week;
  slider.setAttribute("aria-valuetext", `Week of ${data.weekly[week].day}`);
  // spoken by the slider itself while it has the focus, and by nobody while it plays
  said.setAttribute("aria-live", playing || document.activeElement === slider ? "off" : "polite");
  said.textContent = `Week of ${data.weekly[week].day}`;
  weeks.style.setProperty("--at", (week + 0.5) / (last + 1));
  tellBeside();
  rows();
  if (pointed !== null) tip.textContent = words(pointed);
  mark();
  settle();
}

// --- playing

function play() {
  if (week === last) show(0);
  playing = { at: performance.now(), from: week };
  show(week); // from here on nobody is told of each week
  label("Pause", "❚❚");
  requestAnimationFrame(step);
}

function pause() {
  if (!playing) return;
  playing = null;
  label("Play", "▶");
  show(week);
}

function step(now) {
  if (!playing) return;
  const next = playing.from + Math.floor(Math.max(now - playing.at, 0) / 1000 * Number(document.getElementById("speed").value));
  if (next !== week) show(next);
  if (week === last) return pause();
  requestAnimationFrame(step);
}

function label(text, sign) {
  button.lastChild.textContent = ` ${text}`;
  button.firstChild.textContent = sign;
}

button.addEventListener("click", () => (playing ? pause() : play()));
document.getElementById("speed").addEventListener("change", () => { if (playing) playing = { at: performance.now(), from: week }; });
for (const one of document.querySelectorAll("[data-step]")) {
  one.addEventListener("click", () => { pause(); show(week + Number(one.dataset.step)); });
}
slider.addEventListener("input", () => { const wanted = Number(slider.value); pause(); show(wanted); });
weeks.addEventListener("click", (event) => {
  const track = event.target.closest(".track > svg");
  if (!track || track.closest(".axis")) return;
  const box = track.getBoundingClientRect();
  pause();
  show(Math.floor((event.clientX - box.left) / box.width * (last + 1)));
});
table.closest("details").addEventListener("toggle", rows);
page.returned(() => location.reload());

// --- the map: pointing, and going through it with the arrow keys

function point(path) {
  pointed = path ? Number(path.dataset.n) : null;
  tip.hidden = !path;
  outline.setAttribute("d", path?.getAttribute("d") ?? "");
  if (!path) return;
  tip.textContent = words(pointed);
  const box = path.getBoundingClientRect(), frame = figure.getBoundingClientRect();
  const left = box.left + box.width / 2 - frame.left - tip.offsetWidth / 2;
  tip.style.left = `${Math.min(Math.max(left, 0), Math.max(frame.width - tip.offsetWidth, 0))}px`;
  const above = box.top - frame.top - tip.offsetHeight - 8;
  tip.style.top = `${above > 0 ? above : box.bottom - frame.top + 8}px`;
}

// The district among whose outlines `target` is; the frame of the map, which has the focus after a link to it, is none.
const district = (target) => target?.closest?.("#map .districts path") ?? null;

map.addEventListener("pointerover", (event) => { if (district(event.target)) point(district(event.target)); });
map.addEventListener("pointerleave", () => point(district(document.activeElement)));
map.addEventListener("focusin", (event) => {
  const one = district(event.target);
  if (one) one.setAttribute("aria-label", words(Number(one.dataset.n)));
  point(one);
});
map.addEventListener("focusout", () => point(null));
map.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Escape") point(null);
  if (!way) return;
  event.preventDefault();
  const one = district(event.target), next = one ? nearest(one, way) : paths.find((path) => path.tabIndex === 0);
  if (!next) return;
  for (const path of paths) path.tabIndex = path === next ? 0 : -1;
  next.focus();
});

// The closest district that lies more in that direction than beside it.
function nearest(path, [right, down]) {
  const place = (one) => [Number(one.dataset.x), Number(one.dataset.y)], [x, y] = place(path);
  let best = null, least = Infinity;
  for (const one of paths) {
    const dx = place(one)[0] - x, dy = place(one)[1] - y, along = dx * right + dy * down, across = Math.abs(dx * down + dy * right);
    if (one === path || along <= 0 || across > along * 1.2) continue;
    const far = along + across;
    if (far < least) [best, least] = [one, far];
  }
  return best;
}

// --- saving the map

// The map as a picture that stands alone, on white, with its title and legend.
function picture() {
  const copy = map.cloneNode(true), colours = data.ramp.light, box = map.viewBox.baseVal;
  const put = (parent, name, attributes, text = "") => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.textContent = text;
    parent.append(one);
    return one;
  };
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 -70 ${box.width} ${box.height + 150}`);
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height + 150);
  for (const name of ["id", "role", "aria-label"]) copy.removeAttribute(name);
  copy.querySelector(".outline").remove();
  copy.querySelectorAll(".land path").forEach((path) => { path.setAttribute("fill", "#e4e8ec"); path.setAttribute("stroke", "#ffffff"); });
  copy.querySelectorAll(".districts path").forEach((path, n) => {
    for (const name of ["data-n", "data-x", "data-y", "tabindex", "role", "aria-label"]) path.removeAttribute(name);
    path.setAttribute("fill", colours[of(n).median]);
    path.setAttribute("stroke", "#ffffff");
    path.setAttribute("stroke-width", "1.2");
    put(path, "title", {}, words(n));
  });
  const cut = put(copy, "clipPath", { id: "frame" });
  put(cut, "rect", { x: 0, y: 0, width: box.width, height: box.height });
  copy.querySelector(".land").setAttribute("clip-path", "url(#frame)");
  const white = put(copy, "rect", { x: 0, y: -70, width: box.width, height: box.height + 150, fill: "#ffffff" });
  copy.prepend(white);
  const type = { "font-family": "system-ui, sans-serif", fill: "#1c2430" };
  put(copy, "text", { x: 20, y: -25, "font-size": 28, "font-weight": 600, ...type }, `Share of each district held, week of ${data.weekly[week].day}`);
  colours.forEach((colour, n) => put(copy, "rect", { x: 20 + 4 * n, y: box.height + 22, width: 4.5, height: 16, fill: colour }));
  put(copy, "text", { x: 20, y: box.height + 64, "font-size": 20, ...type }, "0%");
  put(copy, "text", { x: 424, y: box.height + 64, "font-size": 20, "text-anchor": "end", ...type }, "100%");
  put(copy, "text", { x: 450, y: box.height + 37, "font-size": 20, ...type }, "median of the simulated histories · Fissure");
  return new XMLSerializer().serializeToString(copy);
}

function csv() {
  const out = ["week,id,district,median_percent,q05_percent,q95_percent"];
  data.weekly.forEach((one, at) => data.names.forEach((name, n) => {
    const { median, low, high } = of(n, at);
    out.push([one.iso, name, cell(data.district[n]), median, low, high].join(","));
  }));
  return `${out.join("\r\n")}\r\n`;
}

function png(svg) {
  return new Promise((resolve, reject) => {
    const image = new Image(), address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    image.onerror = reject;
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * image.width;
      canvas.height = 2 * image.height;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      canvas.toBlob(resolve, "image/png");
    };
    image.src = address;
  });
}

async function save(kind) {
  const blob = kind === "csv" ? new Blob([csv()], { type: "text/csv" })
    : kind === "svg" ? new Blob([picture()], { type: "image/svg+xml" }) : await png(picture());
  give(blob, `fissure-history-map${kind === "csv" ? "" : `-${data.weekly[week].iso}`}.${kind}`);
}

buttons("", ["SVG", "PNG", "CSV"], save, document.getElementById("map-save")); // its label is in the page

// --- begin: the server has rendered the week of the address, in the colours of a light page

for (const year of document.querySelectorAll(".year")) {
  year.style.left = `${year.dataset.left}%`;
  year.hidden = year.offsetLeft + year.offsetWidth > year.parentElement.offsetWidth; // no room at the end
}
weeks.style.setProperty("--at", (week + 0.5) / (last + 1));
slider.value = week;
if (dark.matches) colour();
dark.addEventListener("change", colour);
for (const [event, is] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(event, () => { printing = is; colour(); });
}
function colour() {
  fill();
  document.querySelectorAll(".legend rect").forEach((rect, n) => rect.setAttribute("fill", ramp()[n]));
}
for (const one of document.querySelectorAll(".keys button")) one.disabled = false;
mark();
document.body.dataset.playable = "yes";
