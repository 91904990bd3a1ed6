(function () {
  "use strict";
  const shared = JSON.parse(document.getElementById("shared").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();
  let round = 0;
  let printing = false;

  function specOf(key) {
    const spec = structuredClone(shared.specs[key]);
    if (spec.datasets.held) Object.assign(spec.datasets, shared.geography);
    return spec;
  }

  async function draw(element, mode) {
    const key = element.dataset.chart;
    const result = await window.vegaEmbed(element, specOf(key), {
      mode: "vega-lite", actions: false, renderer: "svg", config: shared.config[mode],
      defaultStyle: false, tooltip: { disableDefaultStyle: true, theme: "custom" },
    });
    if (drawn.has(key)) drawn.get(key).finalize();
    drawn.set(key, result);
  }

  // one after the other, so that the page stays usable; a change of colours while drawing starts over
  async function drawAll() {
    const mine = ++round;
    const mode = dark.matches && !printing ? "dark" : "light";
    for (const element of document.querySelectorAll("[data-chart]")) {
      if (mine !== round) return;
      await draw(element, mode);
    }
    document.documentElement.dataset.drawn = mode;
  }

  function filter() {
    const wanted = document.getElementById("find").value.trim().toLowerCase().split(/\s+/);
    const verdict = document.getElementById("verdict").value;
    const marked = document.getElementById("rivals");
    let shown = 0, all = 0;
    for (const body of document.querySelectorAll(".observations tbody")) {
      let inBody = 0, heading = null, underHeading = 0;
      const close = () => { if (heading) heading.hidden = underHeading === 0; };
      for (const row of body.rows) {
        if (row.classList.contains("variable")) { close(); heading = row; underHeading = 0; }
        if (!row.classList.contains("row")) continue;
        const keep = (!verdict || row.dataset.verdict === verdict)
          && (!marked?.checked || row.querySelector(".mark").textContent.trim() !== "")
          && wanted.every((w) => row.dataset.text.includes(w));
        row.hidden = !keep;
        all += 1; inBody += keep; underHeading += keep; shown += keep;
      }
      close();
      body.hidden = inBody === 0;
    }
    document.getElementById("shown").textContent = shown === all ? all + " figures" : shown + " of " + all + " figures";
  }

  const form = document.querySelector(".filter");
  if (form) {
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }
  // Paper is light and has a width of its own. Nothing waits in here but for promises that are kept at once, so all is
  // drawn when the browser takes its picture.
  function paper(is) {
    printing = is;
    document.documentElement.classList.toggle("printing", is);
    const mode = dark.matches && !is ? "dark" : "light";
    if (document.documentElement.dataset.drawn === mode) window.dispatchEvent(new Event("resize"));
    else drawAll();
  }
  window.addEventListener("beforeprint", () => paper(true));
  window.addEventListener("afterprint", () => paper(false));
  dark.addEventListener("change", drawAll);
  drawAll();
})();
