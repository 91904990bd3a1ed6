// What all views share: copying, and saying so when the server is away.

export async function json(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { headers: { accept: "application/json", ...(options.body ? { "content-type": "application/json" } : {}) }, ...options });
  } catch {
    away(true);
    throw new Error("The server does not answer. What was finished is kept; start it again and reload this page.");
  }
  away(false);
  const told = await answer.json().catch(() => ({ detail: `The server answered with ${answer.status}.` }));
  if (!answer.ok) throw new Error(told.detail || `The server answered with ${answer.status}.`);
  return told;
}

// A line at the top while the server does not answer.
export function away(is) {
  let line = document.getElementById("away");
  if (!is) return line?.remove();
  if (line) return;
  line = document.createElement("p");
  line.id = "away";
  line.setAttribute("role", "alert");
  line.textContent = "The server does not answer: it was stopped, or its terminal was closed. What was finished is kept. Start it again (fissure serve) and this page goes on.";
  document.querySelector("header.bar").append(line);
}

// Says something to who cannot see the screen change.
export function say(text) {
  let line = document.getElementById("said");
  if (!line) {
    line = document.createElement("p");
    line.id = "said";
    line.className = "unseen";
    line.setAttribute("role", "status");
    document.body.append(line);
  }
  line.textContent = text;
}

// Sets parameters of the page's address in place; null takes one away. Every state of the page is its address.
export function address(changes, { push = false } = {}) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== "") url.searchParams.append(name, one);
  }
  if (url.href !== location.href) history[push ? "pushState" : "replaceState"](null, "", url);
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
