// What if: asks the questions of the address, watches their pairs arrive, and puts what they say in place.

import * as charts from "./charts.js";
import * as page from "./page.js";
import { composer } from "./what-if-composer.js";
import { saving } from "./what-if-saved.js";
import { settle, show } from "./what-if-answers.js";

const { json, say, away } = page;

const answers = document.getElementById("answers");
const watched = new Map(); // id of a job -> its stream
let questions = charts.shared.questions;
let trying = null;

const query = () => new URL(location.href).search;
const texts = () => new URL(location.href).searchParams.getAll("q").join("\n");
const card = (question) => document.getElementById(question.key);

// ---- asking

async function ask(question) {
  tell(question, { state: "asked" });
  try {
    const job = await json("api/studies", { method: "POST", body: JSON.stringify(question.ask) });
    question.id = job.id;
    question.state = job.state;
    follow(question, job);
  } catch (error) {
    if (document.getElementById("away")) return wait();
    question.state = "failed";
    tell(question, { state: "refused", error: error.message });
  }
}

function follow(question, job) {
  tell(question, job);
  if (["done", "cancelled", "failed"].includes(job.state)) return ended(question, job);
  if (watched.has(job.id)) return;
  const stream = new EventSource(`api/jobs/${job.id}/events`);
  watched.set(job.id, stream);
  let last = job;
  stream.addEventListener("job", (event) => {
    away(false);
    const now = JSON.parse(event.data);
    tell(question, now);
    if ((now.result?.members ?? 0) > (last.result?.members ?? 0)) refresh();
    last = now;
  });
  stream.addEventListener("end", (event) => {
    stop(job.id);
    const now = JSON.parse(event.data);
    if (now) ended(question, now);
    else ask(question); // the server knows it no more
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CONNECTING) return check(); // a stream is short: the browser asks for the next
    stop(job.id);
    poll(question, last); // too many streams are open, or the server is away: the question tells which
  });
}

// Asks now and then, where no stream is to be had; what the server refuses to say now it is asked later.
async function poll(question, last, pause = 1000) {
  let now = last, refused = null;
  try {
    now = await json(`api/jobs/${last.id}`);
  } catch (error) {
    refused = error;
  }
  if (!questions.includes(question)) return; // other questions meanwhile
  if (refused && refused.status === undefined) return wait();
  if (refused?.status === 404) return ask(question); // the server knows it no more
  if (!refused) tell(question, now);
  if ((now.result?.members ?? 0) > (last.result?.members ?? 0)) refresh();
  if (["done", "cancelled", "failed"].includes(now.state)) {
    stop(now.id);
    return ended(question, now);
  }
  const longer = refused ? Math.min(pause * 1.5, 10000) : 1000;
  const next = setTimeout(() => poll(question, now, longer), longer);
  watched.set(now.id, { close: () => clearTimeout(next) });
}

function stop(id) {
  watched.get(id)?.close();
  watched.delete(id);
}

async function ended(question, job) {
  question.state = job.state;
  await refresh();
  tell(question, job);
  if (job.state === "done") say(`${question.title}: all ${question.members} pairs are there.`);
}

// ---- a server that is away: try gently, and ask again when it is back

async function check() {
  if (!(await there())) wait();
}

// Whether the server answers at all, be it to refuse; a proxy before it may answer in its place.
async function there() {
  try {
    return page.ours(await fetch("api/jobs", { headers: { accept: "application/json" } }));
  } catch {
    return false;
  }
}

function wait() {
  away(true);
  for (const id of [...watched.keys()]) stop(id);
  for (const question of questions) if (open(question)) tell(question, { state: "away" });
  if (trying) return;
  let pause = 1000;
  const again = async () => {
    if (!(await there())) {
      pause = Math.min(pause * 1.5, 10000);
      trying = setTimeout(again, pause);
      return;
    }
    trying = null;
    away(false);
    say("The server is back.");
    for (const question of questions) if (open(question)) await ask(question);
  };
  trying = setTimeout(again, pause);
}

const open = (question) => !["done", "cancelled", "failed"].includes(question.state);

// ---- what stands on a card

const seconds = (left) => (left < 1.5 ? "about a second" : left < 90 ? `about ${Math.ceil(left)} s` : `about ${Math.ceil(left / 60)} min`);

function words(question, job) {
  const known = Number(card(question)?.dataset.known ?? question.known);
  const so = known ? `${known} of ${question.members} pairs so far` : "No pair yet";
  if (job.state === "done") return known < question.members ? so : `${question.members} pairs`; // once all are shown
  if (job.state === "cancelled") return `Cancelled: ${known ? `${known} of ${question.members} pairs are` : "what was measured is"} kept, nothing is lost`;
  if (job.state === "failed") return known ? `${so}, kept` : "Not measured";
  if (job.state === "refused") return known ? `${so}, kept` : "Not asked";
  if (job.state === "away") return `${so}, kept; waiting for the server`;
  if (job.state === "waiting" && job.ahead) return `Waits: ${job.ahead} question${job.ahead === 1 ? "" : "s"} before it`;
  if (job.phase === "compiling" || job.phase === "getting ready") return `${so}; getting ready`;
  if (job.phase === "stopping") return `${so}; stopping`;
  return job.left ? `${so}, ${seconds(job.left)} left` : so;
}

function tell(question, job) {
  const own = card(question);
  if (!own) return;
  question.told = job;
  const going = ["waiting", "running", "asked"].includes(job.state);
  put(own.querySelector("[data-said]"), words(question, job));
  const bar = own.querySelector("progress");
  const share = job.total ? job.done / job.total : 0; // of what is still to be lived
  const known = Number(own.dataset.known ?? question.known);
  bar.max = 1;
  bar.value = job.state === "done" ? 1 : Math.max(known / question.members, going ? share : 0);
  bar.hidden = job.state === "done";
  own.querySelector("[data-cancel]").hidden = !going || job.state === "asked";
  own.querySelector("[data-again]").hidden = !["cancelled", "failed", "refused"].includes(job.state);
  own.querySelector("[data-again]").textContent = job.state === "cancelled" ? "Go on" : "Retry";
  const error = own.querySelector("[data-error]");
  error.hidden = !job.error;
  put(error, job.error ? sentence(job.error) : "");
}

const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");

// ---- answers, put in place

let turn = Promise.resolve();
let due = false;

function refresh() {
  if (due) return turn; // one is on its way that will bring this too
  due = true;
  turn = turn.then(async () => {
    due = false;
    const asked = texts();
    const part = await json(`what-if/part${query()}`);
    if (asked !== texts()) return; // other questions meanwhile
    for (const fresh of part.questions) {
      const old = questions.find((one) => one.text === fresh.text);
      if (old) Object.assign(old, { known: fresh.known, key: fresh.key });
    }
    await settle(answers, part, charts);
    for (const question of questions) {
      if (card(question)) card(question).dataset.known = question.known;
      if (question.told) tell(question, question.told);
    }
  }).catch((error) => say(error.message));
  return turn;
}

answers.addEventListener("click", async (event) => {
  const question = questions.find((one) => card(one)?.contains(event.target));
  if (!question) return;
  if (event.target.closest("[data-cancel]")) {
    event.target.disabled = true;
    await json(`api/jobs/${question.id}`, { method: "DELETE" }).catch((error) => say(error.message));
    event.target.disabled = false;
  } else if (event.target.closest("[data-again]")) {
    ask(question);
  }
});

// ---- the address

// Other questions; throws, and changes nothing, where they cannot be asked.
async function go(address) {
  const part = await json(`what-if/part${address.search}`);
  page.enter(address);
  for (const id of [...watched.keys()]) stop(id);
  questions = part.questions;
  show(answers, part, charts);
  const title = document.getElementById("asked-title");
  title.scrollIntoView({ block: "start" });
  title.focus({ preventScroll: true }); // the button that was pressed has gone
  begin();
}

function begin() {
  for (const question of questions) {
    if (card(question)) card(question).dataset.known = question.known;
    if (question.state === "done") continue;
    if (question.state === "cancelled" || question.state === "failed") tell(question, { state: question.state, error: question.error });
    else ask(question);
  }
}

page.returned(() => location.reload());
composer({ page, charts, go, asked: () => questions });
saving(page);
begin();
