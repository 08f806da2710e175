/*
 * The kiosk: readers that type, pads, silence, and nothing of anybody left behind.
 * Pages replace each other in the history, so going back leads to the start and nowhere else.
 */
const body = document.body;
const start = body.dataset.start;

/* ---- leaving nothing ---- */

/** Back to the start as the next person expects it: plain type, the hall's language, empty fields. */
function leave() {
  document.dispatchEvent(new CustomEvent("leaving"));
  for (const field of document.querySelectorAll("input, textarea")) field.value = "";
  document.cookie = "elder=; path=/; max-age=0; samesite=lax";
  document.cookie = "django_language=; path=/; max-age=0; samesite=lax";
  location.replace(start);
}

let sending = false; // a form is on its way: whoever sent it is waited for

/* Who talks with a clerk is there, and who waits for one may stand still for some minutes. */
let touchedAt = performance.now();
for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => { touchedAt = performance.now(); }, { passive: true });
const called = () => {
  const call = body.hasAttribute("data-calling") && document.querySelector("#help [data-call]")?.dataset.state;
  return call === "talking" || (call && call !== "ended" && performance.now() - touchedAt < 300_000);
};

document.addEventListener("idle", (event) => {
  event.preventDefault();
  if (sending) return;
  if (!called()) { leave(); return; }
  const silence = document.querySelector("[data-idle]");
  if (silence) silence.banshiIdle = new window.Banshi.Idle(silence);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || link.origin !== location.origin || link.hash) return;
  event.preventDefault();
  // Back to the start keeps large type and language: the same person goes on. Done, and silence, do not.
  onward(() => { if ("done" in link.dataset) leave(); else location.replace(link.href); });
});
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (event.defaultPrevented || form.matches("[hx-post], [hx-get]")) return;
  event.preventDefault();
  onward(() => {
    if (button?.hasAttribute("formaction")) form.action = button.formAction;
    if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    sending = true;
    form.submit(); // not as the event again: a form is sent once
    setTimeout(unheard, 6000);
  });
});

/* ---- no connection: a page of our own, never the browser's ---- */

const away = document.getElementById("away");

/** Whether anything answers. */
const reached = () => fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) }).then(() => true, () => false);

/** Go on where there is a connection; else say so, and begin anew once it is back. */
async function onward(go) {
  if (await reached()) { go(); return; }
  if (!away.hidden) return;
  for (const field of document.querySelectorAll("input:not([type=hidden])")) field.value = "";
  away.hidden = false;
  while (!(await reached())) await new Promise((wait) => setTimeout(wait, 3000));
  location.replace(start);
}

/** The answer takes long: where nothing answers at all say so, and that what was sent goes on (worker.js). */
async function unheard() {
  const gone = !(await reached());
  away.hidden = !gone;
  document.getElementById("sending").hidden = !gone;
  setTimeout(unheard, 3000);
}

if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.register("/kiosk/worker.js", { scope: "/kiosk/" })
    .then(() => navigator.serviceWorker.ready)
    .then((ready) => { if (body.dataset.page === "start") ready.active.postMessage("keep"); })
    .catch(() => { /* the kiosk works without; only a cold start then shows the browser's page */ });
}

// A page that the browser kept in memory is not shown to the next person.
addEventListener("pageshow", (event) => { if (event.persisted) location.replace(start); });
addEventListener("contextmenu", (event) => event.preventDefault());

/* ---- the slip that could not be asked for ---- */

for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, (event) => {
  if (event.target.closest?.("#printed")) document.getElementById("printed").replaceChildren(document.getElementById("unprinted").content.cloneNode(true));
});

/* ---- silence: told before it ends, and any touch renews the time ---- */

const elder = () => document.documentElement.dataset.mode === "elder";
const still = document.getElementById("still");
const left = document.querySelector("[data-idle-left]");
if (still && left) setInterval(() => { still.hidden = Boolean(called()) || Number(left.textContent) > (elder() ? 15 : 6); }, 250);

// The start counts nothing down; what somebody chose there ends with them all the same.
if (body.dataset.page === "start") {
  let silence;
  const again = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      if (called()) again();
      else if (body.hasAttribute("data-calling") || /(?:^|; )(?:elder|django_language)=/.test(document.cookie)) leave();
    }, Number(body.dataset.silence) * 3000);
  };
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, again, { passive: true });
  again();
}

/* ---- readers type like keyboards and end with Enter ---- */

const reader = document.querySelector("[data-reader]");
const typed = document.querySelector("[data-typed]");
const tell = () => {
  if (typed) typed.textContent = typed.dataset.words.replace("{n}", reader.value.length);
  suggestLane();
};

if (reader) {
  if (!document.activeElement || document.activeElement === body) reader.focus({ preventScroll: true });
  addEventListener("keydown", (event) => {
    if (event.target === reader || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select")) return;
    if (event.key.length === 1 && event.key !== " ") reader.focus({ preventScroll: true }); // the key itself lands there
    else if (event.key === "Enter" && reader.value) { event.preventDefault(); reader.form.requestSubmit(); }
  }, true);
  reader.addEventListener("input", tell);
  // Chip readers put number and name apart with a tab, which must not move on to the next field.
  reader.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || reader.value.length < 8) return;
    event.preventDefault();
    reader.setRangeText("\t", reader.selectionStart, reader.selectionEnd, "end");
    tell();
  });
}

/* ---- a card on the reader: what its driver signed goes in a field of its own, which nobody can type into ---- */

document.addEventListener("formdata", (event) => {
  const said = event.formData.get("presented");
  if (typeof said !== "string" || !said.startsWith("BC1|")) return;
  event.formData.set("chip", said);
  event.formData.set("presented", "");
});
// A driver that does not type hands it over as an event: new CustomEvent("card", { detail: "BC1|…" }).
document.addEventListener("card", (event) => {
  if (!reader || typeof event.detail !== "string") return;
  reader.value = event.detail;
  reader.form.requestSubmit();
});

/** From the birth year inside an ID number: the elderly lane, unless somebody chose another. */
function suggestLane() {
  const from = Number(reader?.dataset.elderlyFrom);
  const note = document.querySelector("[data-lane-note]");
  const lane = document.querySelector('input[name="lane"][value="elderly"]');
  if (!from || !note || !lane) return;
  const number = reader.value.match(/[1-9]\d{16}[\dXx]/)?.[0];
  const elderly = Boolean(number) && Number(reader.dataset.year) - Number(number.slice(6, 10)) >= from;
  const chosen = document.querySelector('input[name="lane"]:checked')?.value;
  if (elderly && chosen === "") lane.checked = true;
  note.hidden = !(elderly && lane.checked);
}

/* ---- pads ---- */

// A form of several fields has one pad: it types where the finger was last.
let touched = document.querySelector("[data-by-pad]");
addEventListener("focusin", (event) => { if (event.target.matches("[data-by-pad]")) touched = event.target; });

for (const pad of document.querySelectorAll("[data-pad-for], [data-pad-focused]")) {
  const one = document.getElementById(pad.dataset.padFor);
  pad.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const field = one ?? touched;
    if (!button || !field) return;
    if (button.dataset.type !== undefined) {
      if (field.value.length < field.maxLength) field.value += button.dataset.type;
    } else field.value = "clear" in button.dataset ? "" : field.value.slice(0, -1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus({ preventScroll: true });
  });
}
for (const choice of document.querySelectorAll("[data-pad]")) {
  choice.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[data-pad]")) other.setAttribute("aria-pressed", String(other === choice));
    for (const pad of document.querySelectorAll("[data-pad-shown]")) pad.hidden = pad.dataset.padShown !== choice.dataset.pad;
    (reader ?? touched)?.focus({ preventScroll: true });
  });
}

/* ---- more to choose from than the screen shows ---- */

const more = document.querySelector("[data-more]");
const last = document.querySelector(".kiosk-choices > :last-child");
if (more && last) new IntersectionObserver(([seen]) => { more.hidden = seen.isIntersecting; }, { rootMargin: "0px 0px -10% 0px" }).observe(last);

/* ---- hall time ---- */

const clock = document.querySelector("[data-clock]");
let hallAt = Date.parse(clock?.dataset.clock);
let heardAt = performance.now();
let speed = Number(clock?.dataset.speed ?? 1);
const inHall = new Intl.DateTimeFormat("zh-CN", { hour: "numeric", minute: "2-digit", hour12: false, timeZone: body.dataset.zone ?? "Asia/Shanghai" });
function showTime() {
  if (clock && hallAt) clock.textContent = inHall.format(new Date(hallAt + (performance.now() - heardAt) * speed)).replace(/^0(\d)/, "$1");
}
setInterval(showTime, 1000);

/* ---- heartbeat ---- */

// A test that the office asks for: shown where nobody is in the middle of something, then answered.
function showTest(name) {
  const shown = document.createElement("div");
  shown.className = "device-test";
  shown.setAttribute("role", "status");
  for (const text of ["测试 Test", name]) shown.append(Object.assign(document.createElement("p"), { textContent: text }));
  body.append(shown);
  setTimeout(() => shown.remove(), 8000);
}

/** Somebody's card lies in the reader, and nobody is here: seen and heard until it is taken. */
function cardLeft(left) {
  const said = document.getElementById("card-left");
  if (!said) return;
  if (left && body.dataset.page === "start") window.Banshi?.chime(0.6);
  said.hidden = !(left && body.dataset.page === "start");
}

async function beat(tested) {
  const answer = await fetch(body.dataset.heartbeat, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "" },
    body: JSON.stringify({ page: body.dataset.page, language: document.documentElement.lang, width: innerWidth, height: innerHeight, stale: document.documentElement.hasAttribute("data-is-stale"), ...(typeof tested === "string" ? { tested } : {}) }),
  }).catch(() => null);
  if (answer?.status === 410) location.assign(body.dataset.start); // retired: the page says so
  const hall = answer?.ok ? await answer.json().catch(() => null) : null;
  if (hall) { hallAt = Date.parse(hall.at); heardAt = performance.now(); speed = hall.speed; showTime(); }
  cardLeft(Boolean(hall?.left));
  if (hall?.test && body.dataset.page === "start") { showTest(hall.name); beat(hall.test); }
}
if (body.dataset.heartbeat) {
  setInterval(beat, 30000);
  if (body.dataset.page === "start") beat();
}
