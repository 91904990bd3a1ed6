// The composer: sliders, switches and a day make a question; the address holds it while it is being made.

const PLAIN = 50; // where a slider stands that changes nothing; see `DriverRow.position` of composer.py

export const factorAt = (position) => {
  const factor = (position / PLAIN) ** 2;
  return factor < 0.095 ? Math.round(factor * 1000) / 1000 : Math.round(factor * 100) / 100;
};
export const positionOf = (factor) => Math.min(Math.round(PLAIN * Math.sqrt(Math.max(factor, 0))), 100);

export function composer({ page, charts, go, asked, keep }) {
  const form = document.getElementById("composer");
  const { address, say } = page;
  const { shared } = charts;
  const rows = [...form.querySelectorAll("[data-driver]")].map((element) => driver(element, changed));
  const switches = [...form.querySelectorAll("[data-mechanism]")];
  const when = time(form, shared, changed);
  const [name, members, run] = ["name", "members", "run"].map((id) => document.getElementById(id));
  const refused = document.getElementById("refused");
  let timer = null;

  for (const one of switches) {
    one.addEventListener("click", () => {
      one.setAttribute("aria-checked", one.getAttribute("aria-checked") === "true" ? "false" : "true");
      changed();
    });
  }
  name.addEventListener("input", changed);
  members.addEventListener("input", changed);

  const moved = () => rows.filter((one) => one.moved());
  const off = () => switches.filter((one) => one.getAttribute("aria-checked") === "false").map((one) => one.dataset.mechanism);

  // The question as the server makes it of these fields: its text, and the address that asks it beside the others.
  function composed() {
    const fields = {
      name: name.value, study: shared.draftStudy, moves: moved().map((one) => one.field()), off: off(), since: when.day() || null,
      pairs: members.valueAsNumber || null,
    };
    return page.json(`what-if/composed${location.search}`, { method: "POST", body: JSON.stringify(fields) });
  }

  // The address holds what is being made; what cannot be asked yet is said when it is asked.
  async function remember() {
    const nothing = !moved().length && !off().length;
    try {
      address({ draft: nothing ? null : (await composed()).q });
    } catch { /* the next change tries again */ }
  }

  function changed() {
    const said = [...moved().map((one) => one.said()), ...off().map((one) => `without ${one}`)];
    const from = when.day();
    document.getElementById("changed").textContent = said.length ? said.join(", ") + (from ? `, from ${when.words()} on` : ", from the start") : "nothing yet";
    document.getElementById("pairs").textContent = members.value;
    const full = asked().length >= shared.most;
    run.disabled = !said.length || full;
    document.getElementById("clear").disabled = document.getElementById("save-draft").disabled = !said.length;
    refused.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(remember, 250); // not at every step of a slider
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (run.disabled) return;
    clearTimeout(timer);
    run.disabled = true;
    try {
      await go(new URL((await composed()).address, location.href));
      clear();
      say("Asked. Pairs arrive above.");
    } catch (error) {
      refuse(error);
      run.disabled = false;
    }
  });

  function clear() {
    for (const one of rows) one.reset();
    for (const one of switches) one.setAttribute("aria-checked", "true");
    when.reset();
    name.value = "";
    changed();
  }
  document.getElementById("clear").addEventListener("click", clear);
  document.getElementById("save-draft").addEventListener("click", async () => {
    try {
      keep("Save this question", (await composed()).q, name.value);
    } catch (error) {
      refuse(error);
    }
  });

  function refuse(error) {
    refused.textContent = page.sentence(error.message);
    refused.hidden = false;
  }

  finder("find-driver", "found-drivers", rows.map((one) => one.element), (one) => one.dataset.usual === "yes" || one.classList.contains("moved"));
  finder("find-mechanism", "found-mechanisms", switches, () => true);
  changed();
}

// One driver: a slider, a number, and whether it multiplies or sets.
function driver(element, changed) {
  const [slider, how, number, reset] = ["[type=range]", "select", "[type=number]", "[data-reset]"].map((one) => element.querySelector(one));
  const { driver: name, lo, hi, least, most } = element.dataset;
  const unit = element.querySelector("[data-unit]");
  const times = () => how.value === "times";
  const value = () => (number.value === "" ? NaN : Number(number.value));
  const moved = () => Number.isFinite(value()) && !(times() && value() === 1);
  const at = (position) => Number((Number(lo) + (Number(hi) - Number(lo)) * position / 100).toPrecision(3));

  function show() {
    slider.value = times() ? positionOf(value()) : Math.round((value() - lo) / (hi - lo) * 100);
    slider.setAttribute("aria-valuetext", times() ? (value() === 1 ? "as it is" : `times ${value()}`) : `${value()} ${unit.dataset.unit}`);
    unit.textContent = times() ? "" : unit.dataset.unit;
    number.min = times() ? 0 : least;
    number.max = times() ? 100 : most;
    element.classList.toggle("moved", moved());
    reset.disabled = !moved();
  }
  slider.addEventListener("input", () => {
    number.value = times() ? factorAt(Number(slider.value)) : at(Number(slider.value));
    show();
    changed();
  });
  number.addEventListener("input", () => { show(); changed(); });
  number.addEventListener("change", () => { // within its bounds, once it is typed
    const [low, high] = [number.min, number.max].map((x) => (x === "" ? NaN : Number(x)));
    if (value() < low) number.value = low;
    if (value() > high) number.value = high;
    if (number.value === "") number.value = times() ? 1 : at(50);
    show();
    changed();
  });
  how.addEventListener("change", () => {
    number.value = times() ? 1 : at(50);
    show();
    changed();
  });
  const plain = () => { how.value = "times"; number.value = 1; show(); };
  reset.addEventListener("click", () => { plain(); changed(); slider.focus(); });
  show();
  const field = () => ({ name, how: how.value, value: value() });
  return { element, moved, reset: plain, field, said: () => `${name} ${times() ? "×" : "="} ${value()}` };
}

// The week from which it holds: a slider and a day that say the same.
function time(form, { start, weeks }, changed) {
  const [slider, day, said] = ["since", "since-day", "since-said"].map((id) => document.getElementById(id));
  const first = new Date(`${start}T00:00:00Z`);
  const iso = (week) => new Date(first.getTime() + week * 6048e5).toISOString().slice(0, 10);
  const long = (text) => new Date(`${text}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const week = () => Number(slider.value);
  day.max = new Date(first.getTime() + weeks * 6048e5 - 864e5).toISOString().slice(0, 10);
  document.getElementById("last-day").textContent = long(day.max);

  function show() {
    const words = week() ? long(iso(week())) : "the start";
    said.textContent = week() ? `week ${week() + 1}, which begins ${words}` : words;
    slider.setAttribute("aria-valuetext", words);
  }
  function set(text) {
    const found = Math.floor((new Date(`${text}T00:00:00Z`) - first) / 6048e5);
    if (Number.isFinite(found)) slider.value = Math.max(0, Math.min(found, weeks - 1));
    show();
  }
  slider.addEventListener("input", () => { day.value = iso(week()); show(); changed(); });
  day.addEventListener("input", () => { if (day.value) { set(day.value); changed(); } });
  if (slider.dataset.value) set(slider.dataset.value);
  else show();
  const reset = () => { slider.value = 0; day.value = start; show(); };
  return { day: () => (week() ? iso(week()) : ""), words: () => long(iso(week())), reset };
}

// A search over elements; those that `usual` says stand without one.
function finder(id, statusId, elements, usual) {
  const field = document.getElementById(id);
  const status = document.getElementById(statusId);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let found = 0;
    for (const one of elements) {
      const fits = wanted ? `${one.textContent} ${one.dataset.mechanism ?? ""}`.toLowerCase().includes(wanted) : usual(one);
      one.hidden = !fits;
      found += fits;
    }
    status.textContent = wanted ? `${found} found` : "";
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
