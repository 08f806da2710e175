/* Work lists by keyboard, and which file of a case is looked at. Enter is the link's own. */
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  const links = [...document.querySelectorAll(".worklist tbody a[href]")];
  if (!step || links.length === 0) return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next].focus();
});

const mark = () => {
  const shown = document.querySelector("#sheet")?.dataset.sheet;
  for (const link of document.querySelectorAll("[data-look]")) {
    link.dataset.look === shown ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
};
mark();
document.addEventListener("htmx:afterSettle", mark);
