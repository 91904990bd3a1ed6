// Cracks: links swap the view in place, the search narrows as one types, and the ring lights the lines of what is
// pointed at. Without this script every link and the search work as addresses.
import { address, away, enter, json, passes, returned, say } from "./page.js";
import { saving } from "./svg.js";

const view = () => document.getElementById("view");
const KEPT = 40;
const kept = new Map(); // address -> promise of its page as text

function fetched(href) {
  if (!kept.has(href)) {
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value);
    const asked = fetch(href, { headers: { accept: "text/html" } }).then((answer) => answer.text());
    asked.catch(() => kept.delete(href));
    kept.set(href, asked);
  }
  return kept.get(href);
}

let latest = 0;

async function show(href, { focus = true } = {}) {
  const turn = ++latest;
  let text;
  try {
    text = await fetched(href);
  } catch {
    away(true);
    return;
  }
  away(false);
  if (turn !== latest) return; // another link was followed in the meantime
  const next = new DOMParser().parseFromString(text, "text/html");
  const found = next.getElementById("view");
  if (!found) { // an error has a page of its own
    location.replace(href);
    return;
  }
  if ("wait" in found.dataset) kept.delete(href);
  view().replaceWith(document.adoptNode(found));
  document.title = next.title;
  begin();
  if (focus) {
    const heading = view().querySelector("h1");
    heading?.focus({ preventScroll: true });
    say(document.title);
  }
}

// The address of a link of this view; links of a drawing have no plain `href` and `target`, only attributes.
const ours = (link) => {
  if (!link || ["download", "target", "data-plain"].some((name) => link.hasAttribute(name))) return null;
  const to = new URL(link.getAttribute("href") ?? "", location.href);
  return to.origin === location.origin && to.pathname === location.pathname && !to.hash ? to.href : null;
};

document.addEventListener("click", (event) => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.defaultPrevented) return;
  const to = ours(event.target.closest("#view a"));
  if (!to) return;
  event.preventDefault();
  history.replaceState({ top: scrollY }, "");
  enter(to);
  show(to).then(() => scrollTo({ top: 0, behavior: "instant" }));
});

returned((event) => {
  const top = event.state?.top ?? 0;
  show(location.href).then(() => scrollTo({ top, behavior: "instant" }));
});

// what is pointed at is asked for already
document.addEventListener("pointerover", (event) => {
  const to = ours(event.target.closest?.("#view a"));
  if (to) fetched(to).catch(() => {});
});

// Searching

document.addEventListener("input", (event) => {
  const box = event.target.closest(".find input");
  if (box) narrow(box.value);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".find")) return;
  event.preventDefault();
  const hits = [...view().querySelectorAll(".all li:not([hidden]) a")];
  if (hits.length === 1) hits[0].click();
});

function narrow(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const count = { mechanisms: [0, 0], fields: [0, 0] };
  for (const item of view().querySelectorAll(".finder li[data-text]")) {
    const hit = words.every((word) => item.dataset.text.includes(word));
    item.hidden = !hit;
    const own = count["field" in item.dataset ? "fields" : "mechanisms"];
    own[0] += hit;
    own[1] += 1;
  }
  for (const group of view().querySelectorAll(".finder .group")) group.hidden = !group.querySelector("li:not([hidden])");
  const fields = view().querySelector(".finder details.fields");
  if (fields) fields.open = words.length > 0 && count.fields[0] > 0;
  view().querySelector("[data-count]").textContent = words.length
    ? `${count.mechanisms[0]} of ${count.mechanisms[1]} mechanisms${fields ? `, ${count.fields[0]} of ${count.fields[1]} fields` : ""}` : "";
  address({ find: text.trim() || null });
}

// The ring

function light(event) {
  const ring = event.target.closest?.(".ring");
  if (!ring) return;
  const node = event.target.closest("[data-node]");
  if (!node && ring.contains(document.activeElement) && event.type === "pointerout") return;
  for (const lit of ring.querySelectorAll(".lit")) lit.classList.remove("lit");
  ring.classList.toggle("pointed", Boolean(node));
  if (!node) return;
  const own = node.dataset.node;
  const others = new Set([own]);
  for (const line of ring.querySelectorAll(".line")) {
    const [mechanism, field] = line.dataset.ends.split(" ");
    if (mechanism !== own && field !== own) continue;
    line.classList.add("lit");
    others.add(mechanism).add(field);
  }
  for (const spoke of ring.querySelectorAll(".spoke")) spoke.classList.toggle("lit", others.has(spoke.dataset.node));
}

for (const kind of ["pointerover", "pointerout", "focusin"]) document.addEventListener(kind, light);
document.addEventListener("pointerout", (event) => {
  const ring = event.target.closest?.(".ring");
  if (ring && !event.relatedTarget?.closest?.("[data-node]")) clear(ring);
});
document.addEventListener("focusout", (event) => {
  const ring = event.target.closest?.(".ring");
  if (ring) clear(ring);
});

function clear(ring) {
  ring.classList.remove("pointed");
  for (const lit of ring.querySelectorAll(".lit")) lit.classList.remove("lit");
}

// While the picture is being made, look again until it is there.
async function wait() {
  const asked = location.href;
  while ("wait" in view().dataset && location.href === asked) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    try {
      if (!(await json("cracks/ready")).ready) continue;
    } catch (error) {
      if (!passes(error)) throw error;
      continue; // the page says that the server is away
    }
    if (location.href === asked) await show(asked, { focus: false });
    return;
  }
}

function begin() {
  saving(view());
  for (const scroll of view().querySelectorAll(".drawing")) { // the chosen one in the middle where there is little room
    if (scroll.querySelector(".layers")) scroll.scrollLeft = (scroll.scrollWidth - scroll.clientWidth) / 2;
  }
  if ("wait" in view().dataset) wait();
}

begin();
