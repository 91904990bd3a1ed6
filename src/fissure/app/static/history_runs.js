// A run: asking for one, following it while it is simulated, and waiting while its histories are read.

import { json, passes } from "./page.js";
const PAUSE = 700; // milliseconds between two looks
const wait = () => new Promise((resolve) => setTimeout(resolve, PAUSE));
const unknown = (error) => {
  if (error.status === 404) return { state: "unknown" };
  if (!passes(error)) throw error;
  return null; // asked again
};
const refused = (text) => {
  const line = document.querySelector("[data-refused]");
  line.textContent = text;
  line.hidden = !text;
};

async function ask(asked) {
  refused("");
  try {
    const job = await json("api/runs", { method: "POST", body: JSON.stringify(asked) });
    location.assign(`history?job=${encodeURIComponent(job.id)}`);
  } catch (error) {
    refused(error.message);
  }
}

for (const form of document.querySelectorAll("[data-new-run]")) {
  const members = form.elements.members, words = form.querySelector("[data-simulate]");
  members.addEventListener("input", () => {
    if (members.validity.valid) words.textContent = `Simulate ${members.value} ${members.value === "1" ? "history" : "histories"}`;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask({ members: Number(members.value), seed: Number(form.elements.seed.value) });
  });
}

// --- its histories are being read

const reading = document.querySelector("[data-reading]");
if (reading) awaitReading(reading.dataset.reading);

async function awaitReading(name) {
  for (;;) {
    await wait();
    const run = await json(`api/runs/${encodeURIComponent(name)}`).catch(unknown);
    if (run && run.view !== "reading") return location.reload();
  }
}

// --- it is being simulated

const work = document.querySelector("[data-job]");
if (work) follow();

async function follow() {
  const cancel = work.querySelector("[data-cancel]"), again = work.querySelector("[data-again]");
  const asked = { members: Number(work.dataset.members), seed: Number(work.dataset.seed), name: work.dataset.name };
  cancel.addEventListener("click", async () => {
    cancel.disabled = true;
    await json(`api/jobs/${encodeURIComponent(work.dataset.job)}`, { method: "DELETE" }).catch((error) => refused(error.message));
  });
  again.addEventListener("click", () => ask(asked));
  let state = work.dataset.state;
  while (!["done", "cancelled", "failed"].includes(state)) {
    await wait();
    const job = await json(`api/jobs/${encodeURIComponent(work.dataset.job)}`).catch(unknown);
    if (!job) continue; // a line at the top says so, and it goes on when the server is back
    if (job.state === "unknown") return location.reload(); // the server was restarted: the page says what is kept
    tell(job);
    state = job.state;
  }
  if (state === "done" && work.dataset.state !== "done") location.replace(`history?run=${encodeURIComponent(asked.name)}`);
  cancel.hidden = true;
  again.hidden = state === "done";
}

function tell(job) {
  const bar = work.querySelector("progress"), figures = work.querySelector("[data-figures]"), said = work.querySelector("[data-said]");
  if (job.total) {
    bar.max = job.total;
    bar.value = job.done;
    const left = job.left && job.done < job.total ? `, ${duration(job.left)} left` : "";
    figures.textContent = `${job.done} of ${job.total}${left}`;
    work.querySelector("[data-open]").hidden = ["waiting", "running"].includes(job.state) || job.done === 0;
  }
  const phase = job.phase || "working";
  const words = {
    waiting: job.ahead ? `Waiting for its turn, ${job.ahead} before it.` : "Waiting for its turn.",
    running: `${phase[0].toUpperCase()}${phase.slice(1)}.`,
    done: "Done.",
    cancelled: "Stopped. What was finished is kept.",
    failed: `It did not work: ${job.error}`,
  }[job.state];
  if (said.textContent !== words) said.textContent = words; // told aloud only when it changes
}

function duration(seconds) {
  const whole = Math.max(Math.round(seconds), 0);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
