// Saved questions: kept by the server under a name, renamed and deleted here. Gives what asks for a name.

export function saving({ json, say }) {
  const dialog = document.getElementById("naming");
  const [name, error] = [dialog.querySelector("input"), dialog.querySelector(".error")];
  let text = "";

  function open(title, q, called) {
    dialog.querySelector("h2").textContent = title;
    text = q;
    name.value = called;
    error.hidden = true;
    dialog.showModal();
    name.select();
  }

  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const kept = await json("api/saved", { method: "POST", body: JSON.stringify({ name: name.value, q: text }) });
      dialog.close();
      say(`Saved as ${kept.name}.`);
      await list();
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-save], [data-rename], [data-delete]");
    if (!button || button.disabled) return;
    if (button.matches("[data-save]")) open("Save this question", button.dataset.text, button.dataset.name);
    else if (button.matches("[data-rename]")) open("Give it another name", button.dataset.text, button.dataset.name);
    else {
      try {
        await remove(button.closest("[data-saved]"));
      } catch (problem) {
        say(problem.message);
      }
    }
  });

  async function remove(item) {
    await json(`api/saved/${item.dataset.saved}`, { method: "DELETE" }).catch((problem) => {
      if (problem.status !== 404) throw problem; // deleted elsewhere
    });
    say("Deleted.");
    await list();
    document.querySelector("#saved summary").focus();
  }

  // The list as the server writes it.
  async function list() {
    const answer = await fetch(`what-if/saved${new URL(location.href).search}`);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    document.getElementById("saved").replaceChildren(...fresh.childNodes);
  }
  return open;
}
