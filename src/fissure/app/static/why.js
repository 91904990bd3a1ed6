// Arrow keys go from outcome to outcome; Enter picks one. Everything else is links.

const links = [...document.querySelectorAll(".outcomes a")];

document.querySelector(".outcomes")?.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const at = links.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  links[(at + step + links.length) % links.length].focus();
});
