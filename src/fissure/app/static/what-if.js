// What if: asks the questions of the address, watches their pairs arrive, and puts what they say in place.

import * as charts from "./charts.js";
import * as page from "./page.js";
import { composer } from "./what-if-composer.js";
import { saving } from "./what-if-saved.js";
import { settle, show } from "./what-if-answers.js";

const { json, say, away } = page;
const ENDED = ["done", "cancelled", "failed"];

const answers = document.getElementById("answers");
let questions = charts.shared.questions; // as the server tells of them
let watching = null; // the stream of the answers, or a timer where none is to be had
let trying = null;

// Of the address what its answers hang on, without what is being composed.
function query() {
  const own = new URLSearchParams(location.search);
  own.delete("draft");
  return `?${own}`;
}
const card = (question) => document.getElementById(question.key);
const open = (question) => !ENDED.includes(question.state) && question.state !== "refused";

// ---- asking

async function ask(question) {
  tell(Object.assign(question, { state: "asked", error: "" }));
  try {
    const job = await json("api/studies", { method: "POST", body: JSON.stringify(question.ask) });
    const state = ENDED.includes(job.state) ? "asked" : job.state; // of one that has ended the answer is still to be heard
    Object.assign(question, { id: job.id, state });
  } catch (error) {
    if (document.getElementById("away")) return wait();
    tell(Object.assign(question, { state: "refused", error: error.message }));
  }
}

async function begin() {
  const asked = questions;
  for (const question of asked) {
    if (asked !== questions) return; // other questions meanwhile
    if (["new", "waiting", "running"].includes(question.state)) await ask(question);
    else if (question.state !== "done") tell(question);
  }
  if (asked === questions && questions.some(open)) watch();
}

// ---- watching: one stream of the answers to all questions of the address

function watch() {
  stop();
  let answered = false; // since the stream was opened last
  const stream = watching = new EventSource(`what-if/events${query()}`);
  stream.addEventListener("answers", (event) => {
    answered = true;
    away(false);
    heard(JSON.parse(event.data));
  });
  stream.addEventListener("end", () => {
    stop();
    heard(null);
  });
  stream.addEventListener("error", () => {
    if (watching !== stream) return;
    if (answered && stream.readyState === EventSource.CONNECTING) { // a stream is short: the browser asks for the next
      answered = false;
      return check();
    }
    stop();
    look(); // too many streams are open, the server is away, or something goes wrong in it: an answer tells which
  });
}

// Looks now and then, where no stream is to be had; what the server refuses to say now it is asked later.
async function look(pause = 1000) {
  let timer = null;
  const own = watching = { close: () => clearTimeout(timer) };
  let refused = null;
  const found = await json(`what-if/part${query()}`).catch((error) => { refused = error; });
  if (watching !== own) return; // other questions, or something else watches them meanwhile
  if (refused && refused.status === undefined) return wait();
  if (refused && !page.passes(refused)) return fail(refused);
  if (found) await heard(found);
  if (watching !== own) return;
  if (!questions.some(open)) return stop();
  const longer = refused ? Math.min(pause * 1.5, 10000) : 1000;
  timer = setTimeout(() => look(longer), longer);
}

// Nothing more comes by itself: each card says why, and has a button that tries again.
function fail(error) {
  stop();
  for (const question of questions.filter(open)) tell(Object.assign(question, { state: "failed", error: error.message }));
}

function stop() {
  watching?.close();
  watching = null;
}

let turn = Promise.resolve(); // one after the other, as they came

// What the server says of all questions; null where it says no more. (Whether they are still the same the address does
// not tell: it changes while another question is being composed.)
function heard(found) {
  const asked = questions;
  turn = turn.then(async () => {
    if (asked !== questions) return; // other questions meanwhile
    if (found?.html) await settle(answers, found, charts);
    if (asked !== questions) return;
    for (const fresh of found?.questions ?? []) {
      const question = questions.find((one) => one.text === fresh.text);
      if (!question) continue;
      const going = open(question);
      if (fresh.state === "new" && fresh.asked) fresh.state = "done"; // its numbers were deleted since: they stay here
      if (question.state !== "refused" || fresh.state === "done") Object.assign(question, fresh);
      tell(question);
      if (going && question.state === "done") say(`${question.title}: all ${question.members} pairs are there.`);
    }
    const lost = questions.filter((one) => one.state === "new"); // the server knows them no more
    for (const question of lost) await ask(question);
    if (asked === questions && (lost.length || (!found && questions.some(open)))) watch();
  }).catch((error) => {
    reportError(error);
    if (asked === questions) fail(new Error("this page could not show what came; reload it, nothing is lost"));
  });
  return turn;
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
  stop();
  for (const question of questions) if (open(question)) tell(Object.assign(question, { state: "away" }));
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
    for (const question of questions) if (open(question)) question.state = "new";
    begin();
  };
  trying = setTimeout(again, pause);
}

// ---- what stands on a card

const seconds = (left) => (left < 1.5 ? "about a second" : left < 90 ? `about ${Math.ceil(left)} s` : `about ${Math.ceil(left / 60)} min`);

function words({ state, known, members, ahead, phase, left }) {
  const so = known ? `${known} of ${members} pairs so far` : "No pair yet";
  if (state === "done") return `${members} pairs`;
  if (state === "cancelled") return `Cancelled: ${known ? `${known} of ${members} pairs are` : "what was measured is"} kept, nothing is lost`;
  if (state === "failed") return known ? `${so}, kept` : "Not measured";
  if (state === "refused") return known ? `${so}, kept` : "Not asked";
  if (state === "away") return `${so}, kept; waiting for the server`;
  if (state === "waiting" && ahead) return `Waits: ${ahead} question${ahead === 1 ? "" : "s"} before it`;
  if (phase === "compiling" || phase === "getting ready") return `${so}; getting ready`;
  if (phase === "stopping") return `${so}; stopping`;
  return left ? `${so}, ${seconds(left)} left` : so;
}

function tell(question) {
  const own = questions.includes(question) && card(question); // other questions have the same places
  if (!own) return;
  const { state, known, members, done, total, error } = question;
  const going = ["waiting", "running", "asked"].includes(state);
  put(own.querySelector("[data-said]"), words(question));
  const bar = own.querySelector("progress");
  bar.max = 1;
  bar.value = state === "done" ? 1 : Math.max(known / members, going && total ? done / total : 0); // of what is still to be lived
  bar.hidden = state === "done";
  own.querySelector("[data-cancel]").hidden = !going || state === "asked";
  own.querySelector("[data-again]").hidden = !["cancelled", "failed", "refused"].includes(state);
  own.querySelector("[data-again]").textContent = state === "cancelled" ? "Go on" : "Retry";
  const line = own.querySelector("[data-error]");
  line.hidden = !error;
  put(line, error ? page.sentence(error) : "");
}

const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

answers.addEventListener("click", async (event) => {
  const question = questions.find((one) => card(one)?.contains(event.target));
  if (!question) return;
  if (event.target.closest("[data-cancel]")) {
    event.target.disabled = true;
    await json(`api/jobs/${question.id}`, { method: "DELETE" }).catch((error) => tell(Object.assign(question, { error: error.message })));
    event.target.disabled = false;
  } else if (event.target.closest("[data-again]")) {
    await ask(question);
    if (open(question)) watch();
  }
});

// ---- the address

// Other questions; throws, and changes nothing, where they cannot be asked.
async function go(address) {
  const part = await json(`what-if/part${address.search}`);
  page.enter(address);
  stop();
  questions = part.questions;
  show(answers, part, charts);
  const title = document.getElementById("asked-title");
  title.scrollIntoView({ block: "start" });
  title.focus({ preventScroll: true }); // the button that was pressed has gone
  begin();
}

page.returned(() => location.reload());
composer({ page, charts, go, asked: () => questions, keep: saving(page) });
begin();
