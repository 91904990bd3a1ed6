// The table of published figures: search, verdicts, rivals.

import * as page from "./page.js";
const find = document.getElementById("find"), verdict = document.getElementById("verdict");
const rivals = document.getElementById("rivals"), form = find.closest("form");

function filter() {
  const wanted = find.value.trim().toLowerCase().split(/\s+/);
  const keep = (row) => (!verdict.value || row.dataset.verdict === verdict.value)
    && (!rivals.checked || row.querySelector(".mark").textContent.trim() !== "")
    && wanted.every((word) => row.dataset.text.includes(word));
  let shown = 0, all = 0;
  for (const body of document.querySelectorAll(".observations tbody")) {
    let heading = null;
    for (const row of body.rows) {
      if (row.classList.contains("variable")) { heading = row; heading.hidden = true; }
      if (!row.classList.contains("row")) continue;
      row.hidden = !keep(row);
      all += 1;
      if (row.hidden) continue;
      shown += 1;
      if (heading) heading.hidden = false;
    }
    body.hidden = ![...body.rows].some((row) => row.classList.contains("row") && !row.hidden);
  }
  document.getElementById("shown").textContent = shown === all ? `${all} figures` : `${shown} of ${all} figures`;
}

function changed() {
  filter();
  page.address({ find: find.value.trim() || null, verdict: verdict.value || null, rivals: rivals.checked ? "1" : null });
}

const asked = new URLSearchParams(location.search);
find.value = asked.get("find") || "";
verdict.value = asked.get("verdict") || "";
rivals.checked = asked.get("rivals") === "1";
form.addEventListener("input", changed);
form.addEventListener("submit", (event) => event.preventDefault());
filter();
