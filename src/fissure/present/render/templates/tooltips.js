// The tooltips of all charts, here and on the page. Vega makes and fills the element; this script keeps it on the
// screen, lets a finger call it, and takes it away when what it speaks of is left.
(function () {
  "use strict";
  const EDGE = 4, GAP = 12; // pixels to the edge of the screen, and to the pointer
  let finger = false; // whether the last press was one
  let tapped = null; // the mark that a finger called

  const shown = () => document.querySelector("#vg-tooltip-element.visible");
  const tell = (mark, type, place = {}) => mark.dispatchEvent(new PointerEvent(type, { bubbles: true, ...place }));
  const hide = () => {
    shown()?.classList.remove("visible");
    if (tapped) tell(tapped, "pointerout"); // the chart's own line goes, too
    tapped = null;
  };
  const onChart = (event) => event.target instanceof Element && event.target.closest("[data-chart] svg");

  // Beside the pointer where there is room, else as close as the screen allows.
  function place(tip, { clientX, clientY }) {
    const { width, height } = tip.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const within = (at, size, room) => Math.max(EDGE, Math.min(at, room - size - EDGE));
    const right = clientX + GAP, left = clientX - GAP - width, below = clientY + GAP, above = clientY - GAP - height;
    const x = right + width <= clientWidth - EDGE ? right : left >= EDGE ? left : within(clientX - width / 2, width, clientWidth);
    const y = below + height <= clientHeight - EDGE ? below : above >= EDGE ? above : within(below, height, clientHeight);
    tip.style.left = `${x}px`;
    tip.style.top = `${y}px`;
  }

  addEventListener("pointermove", (event) => { // after the chart's own listener, which has filled it
    const tip = shown();
    if (!tip) return;
    if (onChart(event)) place(tip, event);
    else hide();
  });
  addEventListener("pointerdown", (event) => {
    finger = event.pointerType === "touch";
    if (finger) hide();
  });
  addEventListener("click", (event) => { // a finger does not hover: its tap is told to the chart as a pointer's move
    if (!finger || !onChart(event)) return;
    const { clientX, clientY } = event;
    for (const type of ["pointerover", "pointermove"]) tell(event.target, type, { clientX, clientY });
    tapped = event.target;
  });
  addEventListener("scroll", hide, { capture: true, passive: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
