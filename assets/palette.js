/* The keyboard palette's keys: Ctrl-K or Cmd-K opens it, arrows choose, Enter goes, Escape leaves.
   What stands in it is the server's answer; the dialog keeps the focus and gives it back itself. */
(() => {
  "use strict";
  const dialog = () => document.getElementById("palette");
  const text = () => document.getElementById("palette-text");
  const lines = () => [...document.querySelectorAll("#palette-lines [role='option']")];
  let at = 0;
  let pressed = false; // Enter, before the answer to what was typed had come

  const isAnswered = () => document.getElementById("palette-lines")?.dataset.sought === text()?.value;

  function mark(next) {
    const all = lines();
    at = all.length ? Math.min(Math.max(next, 0), all.length - 1) : 0;
    all.forEach((line, place) => {
      line.id = `palette-line-${place}`;
      line.setAttribute("aria-selected", String(place === at));
    });
    text()?.setAttribute("aria-activedescendant", all.length ? `palette-line-${at}` : "");
    all[at]?.scrollIntoView({ block: "nearest" });
  }

  function open() {
    const box = dialog();
    if (!box || box.open) return;
    pressed = false;
    box.showModal();
    text()?.focus();
    text()?.select();
    mark(0);
  }

  const steps = { ArrowDown: () => at + 1, ArrowUp: () => at - 1, PageDown: () => at + 8,
    PageUp: () => at - 8 };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog()?.open) dialog().close();
      else open();
      return;
    }
    if (!dialog()?.open) return;
    if (event.key in steps) {
      event.preventDefault();
      mark(steps[event.key]());
    } else if (event.key === "Enter" && event.target === text()) {
      event.preventDefault();
      pressed = !isAnswered();
      if (!pressed) lines()[at]?.click();
    }
  });

  document.addEventListener("click", (event) => {
    const box = dialog();
    const button = event.target.closest?.("[data-palette]");
    if (button?.dataset.palette === "open") open();
    // The page below shows through beside the dialog: a click there is on the dialog itself.
    else if (button?.dataset.palette === "close" || event.target === box) box?.close();
    else if (event.target.closest?.("#palette-lines a")) setTimeout(() => dialog()?.close(), 0);
  });

  // Another answer of the server: the first line is the best one.
  new MutationObserver((changes) => {
    if (!changes.some((change) => change.target.id === "palette-lines")) return;
    mark(0);
    if (!pressed || !isAnswered()) return;
    pressed = false;
    lines()[0]?.click();
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-sought"] });
})();
