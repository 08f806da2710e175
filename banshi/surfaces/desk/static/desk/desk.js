// How long the person has been in front of me, at the speed of the hall's clock.
const two = (n) => String(Math.floor(n)).padStart(2, "0");
const shownAt = new WeakMap();
const sinceShown = (element) => {
  if (!shownAt.has(element)) shownAt.set(element, performance.now());
  return ((performance.now() - shownAt.get(element)) / 1000) * Number(element.dataset.speed || 1);
};
setInterval(() => {
  for (const span of document.querySelectorAll("[data-elapsed]")) {
    const s = Number(span.dataset.elapsed || 0) + sinceShown(span);
    const text = s >= 3600 ? `${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}` : `${two(s / 60)}:${two(s % 60)}`;
    if (span.textContent !== text) span.textContent = text;
  }
  // What may be done for some minutes only goes with them, instead of staying as a button that refuses.
  for (const form of document.querySelectorAll("[data-lasts]")) if (sinceShown(form) > Number(form.dataset.lasts)) form.remove();
}, 250);

/* ---- parts come anew only where nobody is in the middle of something ---- */

const waits = new Set(); // parts whose news came while a panel was open in them
const openPanel = (part) => part.querySelector("dialog[open]");

// An evacuation, its end and a call for help wait for no panel: whatever is open, also beside the console, goes.
const alarmIn = (html) => /data-alarm="([^"]*)"/.exec(html ?? "")?.[1];
function alarmed({ target, serverResponse }) {
  const alarm = target.id === "console" ? alarmIn(serverResponse) : undefined;
  return alarm !== undefined && alarm !== document.querySelector("[data-alarm]")?.dataset.alarm;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (alarmed(event.detail)) {
    waits.clear();
    for (const panel of document.querySelectorAll("dialog[open]")) panel.close();
    return;
  }
  if (requestConfig?.verb !== "get" || !/^(console|my-line)$/.test(target.id) || !openPanel(target)) return;
  event.detail.shouldSwap = false;
  waits.add(target.id);
});
document.addEventListener("close", (event) => {
  if (!event.target.matches?.("dialog") || waits.size === 0) return;
  const all = waits.has("console");
  waits.clear();
  if (all) htmx.trigger(document.body, "desk-changed");
  else htmx.trigger("#live", "live:state");
}, true);

/* ---- a panel's lists come anew when it opens: what was chosen before they came stays chosen, as far as it still can ---- */

const chosen = new WeakMap();
const lists = (target) => (target.matches("#transfer select") ? target.form.querySelectorAll("select") : []);
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (lists(target).length && xhr.status !== 200) event.detail.shouldSwap = false; // a refusal is no list
  for (const list of lists(target)) chosen.set(list, list.value);
});
document.addEventListener("htmx:afterSwap", (event) => {
  for (const list of lists(event.detail.target)) {
    const was = [...list.options].find((option) => option.value === chosen.get(list) && !option.disabled);
    list.value = was ? was.value : "";
  }
});

/* ---- Esc leaves a field or closes a panel, and never does anything else; Enter leaves what is said at the end ---- */

addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.id === "told" && !event.isComposing) {
    event.preventDefault(); // how it ends is said by a key of its own: Space, 2, 3
    event.target.blur();
    return;
  }
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return; // a panel closes by itself
  document.querySelector(".desk__undone")?.remove();
  if (document.activeElement !== document.body) document.activeElement?.blur();
});

/* ---- what was typed stays: a number that did not fit, a note not kept yet ---- */

const draftOf = (field) => `desk:${field.id}:${field.dataset.draft}`;
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-draft]")) sessionStorage.setItem(draftOf(event.target), event.target.value);
});

// A number half typed from the card is kept in memory alone, for the person it was typed for, until it is sent.
let half = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "console") return;
  const field = document.getElementById("id-number");
  const sent = event.detail.requestConfig?.elt === field?.form;
  half = field?.value && !sent ? { ref: field.form.elements.ref.value, value: field.value } : null;
});

function settle() {
  const card = document.getElementById("id-number");
  if (half && card?.form.elements.ref.value === half.ref && !card.value) card.value = half.value;
  half = null;
  for (const field of document.querySelectorAll("[data-draft]")) {
    if (field.hasAttribute("data-kept")) sessionStorage.removeItem(draftOf(field));
    const draft = sessionStorage.getItem(draftOf(field));
    if (draft !== null && field.value !== draft) field.value = draft;
  }
  // What is said at the end stays as long as that end may be taken back.
  const back = [document.getElementById("told")?.dataset.draft, document.getElementById("undo")?.dataset.typed];
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("desk:told:") && !back.includes(key.slice("desk:told:".length))) sessionStorage.removeItem(key);
  }
  const wrong = document.querySelector("[data-select]");
  if (!wrong) return;
  wrong.removeAttribute("data-select");
  wrong.focus();
  wrong.select();
}
// In the same moment in which the page is exchanged: a key pressed a little later would be typed into an empty field.
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "console") settle(); });
settle();
if (location.hash === "#id-number") document.getElementById("id-number")?.focus(); // another page led here to compare the card

/* ---- done by mistake: five seconds in the middle of the screen, later among the actions ---- */

const words = document.getElementById("desk-words").dataset;
const SECONDS = 5;

function offerUndo() {
  document.querySelector(".desk__undone")?.remove();
  const button = document.getElementById("undo");
  if (!button) return;
  const box = document.createElement("div");
  box.className = "desk__undone";
  box.setAttribute("role", "status");
  const said = document.createElement("span");
  said.textContent = button.querySelector(".small").textContent;
  const press = document.createElement("button");
  press.type = "button";
  press.className = "btn btn--small";
  press.addEventListener("click", () => document.getElementById("undo")?.click());
  const left = document.createElement("b");
  left.className = "mono";
  left.setAttribute("aria-hidden", "true");
  const key = document.createElement("kbd");
  key.textContent = "Z";
  press.append(`${words.undo} `, key);
  box.append(said, press, left);
  document.body.append(box);
  const until = performance.now() + SECONDS * 1000;
  const timer = setInterval(() => {
    const s = Math.ceil((until - performance.now()) / 1000);
    left.textContent = Math.max(0, s);
    if (s > 0 && box.isConnected && document.getElementById("undo")) return;
    clearInterval(timer);
    box.remove();
  }, 100);
  left.textContent = SECONDS;
}
document.body.addEventListener("desk-done", offerUndo);
