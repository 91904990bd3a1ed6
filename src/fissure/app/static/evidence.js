// Filters the ledger as one types, opens entries in place, and keeps the address in step.

import { address, enter, returned, say } from "./page.js";
import { shared, watch } from "./charts.js";

const form = document.querySelector("form.search");
const rows = [...document.querySelectorAll("#entries li")].map((element) => ({
  element, link: element.querySelector("a"), tags: new Set(element.dataset.tags.split("|")), text: element.dataset.text,
}));
const count = document.getElementById("count");
const unit = count.textContent.replace(/^\d+ of \d+ /, "");
const clear = document.getElementById("clear");
const nothing = document.getElementById("nothing");
const fields = [...form.querySelectorAll("input[type=search], select")];

document.documentElement.classList.add("scripted");

// The same rule as the server's: every tag that is chosen, every word that is looked for.
function filter() {
  const chosen = fields.filter((field) => field.tagName === "SELECT" && field.value).map((field) => `${field.name}:${field.value}`);
  const words = form.elements.find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { element, tags, text } of rows) {
    const fits = chosen.every((tag) => tags.has(tag)) && words.every((word) => text.includes(word));
    element.hidden = !fits;
    shown += fits;
  }
  const text = `${shown} of ${rows.length} ${unit}`;
  if (count.textContent !== text) count.textContent = text;
  nothing.hidden = shown > 0;
  clear.hidden = !chosen.length && !words.length;
}

function remember() {
  address({ kind: form.elements.kind.value, ...Object.fromEntries(fields.map((field) => [field.name, field.value.trim() || null])) });
}

form.addEventListener("input", () => { filter(); remember(); });
form.addEventListener("submit", (event) => { event.preventDefault(); filter(); remember(); });
clear.addEventListener("click", (event) => {
  event.preventDefault();
  for (const field of fields) field.value = "";
  filter();
  remember();
  form.elements.find.focus();
});

let asked = 0; // only the answer to the last question is shown

// Shows what the server shows at `url`, without losing the place in the list.
async function show(url, { focus = true } = {}) {
  const turn = ++asked;
  const answer = await fetch(url);
  const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== asked) return;
  const place = fetched.getElementById("entry-place");
  if (!answer.ok || !place) return location.assign(url);
  Object.assign(shared.specs, JSON.parse(fetched.getElementById("shared").textContent).specs);
  document.title = fetched.title;
  document.getElementById("entry-place").replaceChildren(...place.childNodes);
  document.getElementById("cite-place").replaceChildren(...fetched.getElementById("cite-place").childNodes);
  const entry = document.getElementById("entry");
  document.getElementById("shelf").classList.toggle("open", Boolean(entry));
  const current = new URL(url, location.href).searchParams.get("entry");
  for (const { link } of rows) {
    if (link.dataset.entry === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  watch(document.getElementById("entry-place"));
  if (!focus) return;
  if (entry) {
    document.getElementById("entry-place").scrollTop = 0;
    const wide = window.matchMedia("(min-width: 1080px)").matches;
    document.getElementById("entry-title").focus({ preventScroll: wide });
    if (!wide) entry.scrollIntoView();
    say(`Opened: ${document.getElementById("entry-title").textContent}`);
  }
}

const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

document.addEventListener("click", (event) => {
  const link = event.target.closest("#entries a, #entry .close");
  if (!link || !plain(event)) return;
  event.preventDefault();
  const url = new URL(location.href); // with what is looked for now
  url.searchParams.delete("entry");
  if (link.dataset.entry) url.searchParams.set("entry", link.dataset.entry);
  url.hash = "";
  enter(url);
  const before = link.dataset.entry ? null : document.querySelector("#entries a[aria-current]");
  show(url).then(() => before?.focus()).catch(() => location.assign(url));
});

returned(() => location.reload());

// While a run is compared with the figures: look again, now and then, and show it when it is there.
const waits = [2000, 3000, 5000, 10000, 20000, 30000, 60000, 60000];
function look() {
  const wait = waits.shift();
  if (!wait || !document.getElementById("waiting")) return;
  setTimeout(async () => {
    try {
      const fetched = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const refused = fetched.getElementById("not-held");
      if (refused) return say(document.getElementById("waiting").textContent = refused.textContent);
      if (fetched.getElementById("shelf") && !fetched.getElementById("waiting")) return arrived();
    } catch { /* the server is away: what is shown stays */ }
    look();
  }, wait);
}

function arrived() {
  const line = document.getElementById("waiting");
  line.textContent = "The stored run has been compared with the figures. ";
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Show its verdicts";
  link.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  line.append(link);
  say(line.textContent);
  if (document.getElementById("entry")) show(location.href, { focus: false });
}

look();
