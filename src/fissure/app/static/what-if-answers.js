// Puts answers in place: text where it changed, numbers of a chart into the chart that stands there.

// All anew: other questions than before.
export function show(root, part, charts) {
  root.replaceChildren(...parsed(part.html).childNodes);
  replaced(part.specs, charts);
  charts.watch(root);
}

// The same questions with more pairs.
export async function settle(root, part, charts) {
  const fresh = parsed(part.html);
  const keys = (where) => [...where.querySelectorAll("[data-chart]")].map((one) => one.dataset.chart).join();
  const same = keys(root) === keys(fresh);
  const open = new Set([...root.querySelectorAll("details[open]")].map(nameOf));
  for (const old of [...root.querySelectorAll("[data-live]")]) {
    const now = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
    if (!now || !old.isConnected || old.contains(document.activeElement) && old.isEqualNode(now)) continue;
    if (same && old.querySelector("[data-chart]")) { // its charts stay, what stands around them is put in place
      const [words, said] = [old, now].map((one) => one.querySelector("section > p"));
      if (words && said) words.textContent = said.textContent;
      continue;
    }
    for (const details of now.querySelectorAll("details")) details.open = open.has(nameOf(details));
    if (old.isEqualNode(now)) continue;
    const at = stops(old).indexOf(document.activeElement);
    old.replaceChildren(...now.childNodes);
    if (at >= 0) stops(old)[at]?.focus({ preventScroll: true }); // who reads on with the keyboard stays where they are
  }
  const before = { ...charts.shared.specs };
  replaced(part.specs, charts);
  if (!same) return charts.watch(root);
  for (const element of root.querySelectorAll("[data-chart]")) {
    const spec = part.specs[element.dataset.chart];
    const now = fresh.querySelector(`[data-chart="${element.dataset.chart}"]`);
    if (now) element.setAttribute("aria-label", now.getAttribute("aria-label"));
    const [old, numbers] = [element, now].map((one) => one?.closest("figure").querySelector(".numbers .scroll"));
    if (old && numbers && !old.isEqualNode(numbers)) old.replaceChildren(...numbers.childNodes);
    await into(element, spec, before[element.dataset.chart], charts);
  }
}

// New rows into the chart that stands, without drawing it anew; drawn anew where more than its rows differs.
async function into(element, spec, before, charts) {
  if (!charts.viewOf(element)) return; // not near the screen yet: it will be drawn from what is shared
  try {
    if (!before || skeleton(spec) !== skeleton(before)) await charts.draw(element, spec);
    else await charts.renew(element, spec.datasets);
  } catch (error) { // what else there is to say does not wait for a chart
    charts.failed(element)(error);
  }
}

const stops = (where) => [...where.querySelectorAll("summary, a, button, [tabindex]")];
const skeleton = ({ datasets, description, ...rest }) => JSON.stringify(rest);
const nameOf = (details) => `${details.closest("[data-live]")?.dataset.live} ${details.querySelector("summary")?.textContent}`;
const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;

function replaced(specs, charts) {
  for (const key of Object.keys(charts.shared.specs)) delete charts.shared.specs[key];
  Object.assign(charts.shared.specs, specs);
}
