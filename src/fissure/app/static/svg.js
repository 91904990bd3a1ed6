// Lets a drawing that is plain SVG in the page be saved: as SVG and PNG with the page's light colours written into it,
// and as CSV where its figure says at which address ([data-csv]).

import { buttons, give, nameOf } from "./save.js";

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "font-family",
  "font-size", "font-weight", "text-anchor", "dominant-baseline", "display", "visibility"];

// Buttons under every figure[data-svg] in `root` that has none yet.
export function saving(root = document) {
  for (const figure of root.querySelectorAll("figure[data-svg]")) {
    if (figure.querySelector(".save") || !figure.querySelector("svg")) continue;
    const bar = buttons(figure.dataset.title, ["SVG", "PNG"], (kind) => save(figure, kind));
    if (figure.dataset.csv) {
      const link = document.createElement("a");
      link.href = figure.dataset.csv;
      link.download = "";
      link.textContent = "CSV";
      link.dataset.plain = "";
      bar.append(link);
    }
    figure.append(bar);
  }
}

async function save(figure, kind) {
  const svg = alone(figure.querySelector("svg"));
  const name = nameOf(figure.dataset.title || "drawing", kind);
  const text = new XMLSerializer().serializeToString(svg);
  const blob = new Blob([text], { type: "image/svg+xml" });
  give(kind === "svg" ? blob : await painted(blob, svg), name);
}

// A copy that needs no style sheet: what the styles give is written as attributes, in light colours on white.
export function alone(svg) {
  const aside = document.createElement("div");
  aside.className = "aside on-white";
  const copy = svg.cloneNode(true);
  aside.append(copy);
  document.body.append(aside);
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    const style = getComputedStyle(element);
    if (element instanceof SVGGraphicsElement) {
      for (const name of KEPT) {
        const value = style.getPropertyValue(name);
        if (value) element.setAttribute(name, value);
      }
    }
  }
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of ["class", "tabindex", "data-node", "data-ends"]) element.removeAttribute(name);
    const to = element.getAttribute("href");
    if (to) element.setAttribute("href", new URL(to, location.href).href);
  }
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", "#ffffff");
  copy.prepend(ground);
  const box = svg.viewBox.baseVal;
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  aside.remove();
  return copy;
}

async function painted(blob, svg) {
  const picture = new Image();
  const address = URL.createObjectURL(blob);
  try {
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * Number(svg.getAttribute("width"));
    canvas.height = 2 * Number(svg.getAttribute("height"));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}
