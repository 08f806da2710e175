import { asItCame, changed, keyOf, putBack, saidIn } from "../ui/newer.js";

// How long the person has stood here, at the speed of the hall's clock.
const two = (n) => String(Math.floor(n)).padStart(2, "0");
const shownAt = new WeakMap();
setInterval(() => {
  for (const span of document.querySelectorAll("[data-elapsed]")) {
    if (!shownAt.has(span)) shownAt.set(span, performance.now());
    const s = Number(span.dataset.elapsed || 0) + ((performance.now() - shownAt.get(span)) / 1000) * Number(span.dataset.speed || 1);
    const text = s >= 3600 ? `${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}` : `${two(s / 60)}:${two(s % 60)}`;
    if (span.textContent !== text) span.textContent = text;
  }
}, 250);

// The whole list is there: every paper that has not come, or that nobody has looked at, is ticked; what is optional only by hand.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-whole]")) return;
  for (const box of document.querySelectorAll("input[data-wanting]:not([data-optional])")) box.checked = true;
});

// The notice offers what is not ticked; whatever the clerk says there stays.
const touched = new WeakSet();
document.addEventListener("change", (event) => {
  if (event.target.closest(".lack")) touched.add(event.target);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest('[data-dialog-open="notice"]')) return;
  for (const box of document.querySelectorAll("[data-lacks]")) {
    const here = document.querySelector(`[name="here-${CSS.escape(box.dataset.lacks)}"]`);
    if (!touched.has(box)) box.checked = !here?.checked;
  }
});
// What is wrong with something says that it is.
document.addEventListener("input", (event) => {
  if (!event.target.name?.startsWith("why-")) return;
  const box = event.target.closest(".lack")?.querySelector("[type=checkbox]");
  if (box && event.target.value) { box.checked = true; touched.add(box); }
});

/* ---- what is typed or ticked while an answer is on its way is newer than the answer: it stays, and steers if it steers ---- */

const FORM = "case-form";
const fieldsOf = () => [...(document.getElementById(FORM)?.elements ?? [])]
  .filter((field) => field.name && field.type !== "hidden" && field.type !== "file" && !field.matches("button"));
const openPanel = () => document.querySelector("#case dialog[open]")?.id;
const onTheDesk = ({ detail }) => detail.target?.id === "case";
const asSent = new WeakMap(); // request → what the page said when it went
let newer = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!onTheDesk(event)) return;
  const said = new Map(fieldsOf().map((field) => [keyOf(field), saidIn(field)]));
  asSent.set(event.detail.xhr, { said, panel: openPanel() });
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!onTheDesk(event)) return;
  const sent = asSent.get(event.detail.xhr);
  if (!sent) return;
  const at = document.activeElement;
  newer = {
    said: changed(fieldsOf(), (field) => sent.said.get(keyOf(field)) ?? asItCame(field)),
    panel: openPanel() === sent.panel ? undefined : openPanel(),
    caret: at?.form?.id === FORM && at.type === "text" ? [at.id, at.selectionStart, at.selectionEnd] : undefined,
  };
});

/** Put back what is newer than the answer that has just come. @returns {boolean} whether there was anything. */
function goOn() {
  const { said = new Map(), panel, caret } = newer ?? {};
  newer = null;
  putBack(said, fieldsOf(), (field) => field.closest("[hx-post]"));
  if (caret && said.has(document.getElementById(caret[0])?.name)) document.getElementById(caret[0]).setSelectionRange(caret[1], caret[2]);
  const open = panel && document.getElementById(panel);
  if (open?.matches("dialog") && !open.open) open.showModal();
  return said.size > 0 || Boolean(panel);
}

// What was refused in a panel is put right in it; else at the first field that is wrong, unless somebody goes on writing.
function settle() {
  const writing = goOn();
  const again = document.querySelector("dialog[data-reopen]");
  if (again && !again.open) again.showModal();
  if (!again && !writing) document.querySelector("#case [aria-invalid]")?.focus();
}
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "case") settle(); });
settle();

// Another page is looked at: nothing that was typed goes.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-page]");
  const form = document.getElementById("case-form");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  htmx.ajax("GET", link.href, { target: "#sheet", select: "#sheet", swap: "outerHTML" });
  if (form.elements.page) form.elements.page.value = link.dataset.page;
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (document.activeElement !== document.body) document.activeElement?.blur();
});
