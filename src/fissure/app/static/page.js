// What all views share: copying, and saying so when the server is away.

export async function json(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { headers: { accept: "application/json", ...(options.body ? { "content-type": "application/json" } : {}) }, ...options });
  } catch {
    away(true);
    throw new Error("The server does not answer. What was finished is kept; start it again and reload this page.");
  }
  if (!answer.ok && !ours(answer)) { // a proxy answers in the place of a server that is away
    away(true);
    throw new Error(`The server does not answer; a proxy before it says ${answer.status}. What was finished is kept.`);
  }
  away(false);
  if (answer.status === 204) return null;
  const body = await answer.json().catch(() => ({ detail: `The server answered with ${answer.status}.` }));
  if (answer.ok) return body;
  throw Object.assign(new Error(body.detail || `The server answered with ${answer.status}.`), { status: answer.status });
}

// Whether it is worth asking again after such an error: the server is away, or has too much to do.
export const passes = (error) => [undefined, 429, 503].includes(error.status);

// What the server says, as a sentence.
export const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");

// Whether an answer is the server's own, not one of a proxy before it.
export const ours = (answer) => answer.headers.has("x-fissure");

// A line at the top while the server does not answer.
export function away(is) {
  if (is) alarm("away", "The server does not answer: it was stopped, or its terminal was closed. What was finished is kept. Start it again (fissure serve) and this page goes on.");
  else document.getElementById("away")?.remove();
}

// A line at the top that everybody sees, once.
function alarm(id, text) {
  if (document.getElementById(id)) return;
  const line = document.createElement("p");
  line.id = id;
  line.setAttribute("role", "alert");
  line.textContent = text;
  document.querySelector("header.bar").append(line);
}

// What went wrong in a script of the page.
const broken = (error) => alarm("broken", `Something went wrong on this page (${error?.message ?? error}). What was finished is kept; reload the page to go on.`);
addEventListener("error", ({ error }) => { if (error) broken(error); }); // without one it was no script
addEventListener("unhandledrejection", ({ reason }) => broken(reason));

// Says something to who cannot see the screen change.
export function say(text) {
  document.getElementById("said").textContent = text; // it stands in the page: what is put in anew is often not read out
}

// Sets parameters of the page's address in place; null takes one away. Every state of the page is its address.
export function address(changes, { push = false } = {}) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== "") url.searchParams.append(name, one);
  }
  if (url.href !== location.href) enter(url, { push });
}

let here = location.pathname + location.search; // without the place on the page

// Makes `url` the page's address.
export function enter(url, { push = true } = {}) {
  history[push ? "pushState" : "replaceState"](null, "", url);
  here = location.pathname + location.search;
}

// Calls `then` when the person goes back or forward to another state. A link to a place on this page is none.
export function returned(then) {
  addEventListener("popstate", (event) => {
    const now = location.pathname + location.search;
    if (now === here) return;
    here = now;
    then(event);
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = `${button.dataset.copy}\n${location.href}`;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied: the browser does not allow it";
  }
  say(button.textContent);
  setTimeout(() => { button.textContent = before; }, 2000);
});
