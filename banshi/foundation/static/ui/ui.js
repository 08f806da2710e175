/*
 * The few behaviours pages share. Loaded once as a module by ui/base.html; other modules use `window.Banshi`
 * (not `import`, which would load a second copy next to the hashed one). Words come from #ui-texts, so they are translated.
 */

const texts = document.getElementById("ui-texts")?.dataset ?? {};
const root = document.documentElement;
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* private mode: the choice lasts for the page */ } },
};

/* A page that answers a form is opened again by asking for its address: Back would end in the browser's own error page, and
 * a reload would send the form once more. */
if (root.dataset.answer !== undefined) history.replaceState(history.state, "", location.href);

/* ---- saying things ---- */

/** Read `text` to screen readers; `urgent` interrupts. */
function say(text, { urgent = false } = {}) {
  const region = document.getElementById(urgent ? "say-now" : "say");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}

/** A short message at the foot of the page. tone: ok | info | wait | urgent. Urgent ones stay twice as long. */
function toast(text, tone = "ok") {
  let box = document.querySelector(".toasts");
  if (!box) {
    box = document.createElement("div");
    box.className = "toasts";
    document.body.append(box);
  }
  const line = document.createElement("div");
  line.className = "toast";
  line.dataset.tone = tone;
  line.textContent = text;
  box.append(line);
  say(text, { urgent: tone === "urgent" });
  setTimeout(() => line.remove(), tone === "urgent" ? 10000 : 5000);
}

const clockTime = (at) => at.toLocaleTimeString(root.lang || "zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

/* ---- live data ---- */

const staleSources = new Map(); // source → Date of its last word

/** What a clock in the hall said: its own time where the source told it ("2026-03-10T09:05:00+08:00"), else ours. */
const hallTime = (source) => /T(\d\d:\d\d)/.exec(source.saidAt)?.[1].replace(/^0/, "") ?? clockTime(source.lastWord);

function showStaleness() {
  const oldest = [...staleSources].sort((a, b) => a[1] - b[1])[0]?.[0];
  for (const banner of document.querySelectorAll("[data-stale]")) {
    banner.hidden = !oldest;
    const since = banner.querySelector("[data-stale-since]");
    if (oldest && since) since.textContent = hallTime(oldest);
  }
  root.toggleAttribute("data-is-stale", Boolean(oldest));
}

/**
 * Server-sent events that resume, reconnect with growing pauses, and say when they have gone quiet.
 *
 *   new LiveSource("/live/halls/dongcheng", { on: { state: (data, event) => draw(data) } })
 *
 * `on`: event name → function(parsed JSON, raw event); `message` for unnamed events.
 * The server sends `event: ping` at least every 5 s on a hall's stream, every 15 s on a ticket's (`staleAfter: 40`, for
 * thousands of phones); after `staleAfter` seconds without any event the source is stale, the [data-stale] banner appears
 * with the hall's time of the last word, and what is on the page stays there.
 * A reconnect after a closed stream passes `last_event_id` in the query, because only the browser may set the header;
 * where both arrive the header is the newer one.
 */
class LiveSource {
  constructor(url, { on = {}, staleAfter = 12, onStale, onFresh } = {}) {
    Object.assign(this, { url, on, staleAfter, onStale, onFresh });
    this.lastId = "";
    this.saidAt = "";
    this.lastWord = new Date();
    this.pause = 1000;
    this.stale = false;
    this.closed = false;
    this.watch = setInterval(() => this.checkAge(), 1000);
    this.wake = () => { if (!document.hidden && this.source?.readyState === EventSource.CLOSED) this.connect(); };
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    this.lost = () => this.goStale();
    addEventListener("offline", this.lost);
    this.connect();
  }

  connect() {
    if (this.closed) return;
    clearTimeout(this.retry);
    this.source?.close();
    const url = new URL(this.url, location.href);
    if (this.lastId) url.searchParams.set("last_event_id", this.lastId);
    const source = new EventSource(url);
    this.source = source;
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED || source !== this.source) return;
      // Spread out, so that a hall of phones does not return in the same second.
      this.retry = setTimeout(() => this.connect(), this.pause * (0.5 + Math.random()));
      this.pause = Math.min(this.pause * 2, 30000);
    };
    for (const name of new Set(["message", "ping", ...Object.keys(this.on)])) {
      source.addEventListener(name, (event) => this.hear(name, event));
    }
  }

  hear(name, event) {
    if (event.lastEventId) this.lastId = event.lastEventId;
    this.lastWord = new Date();
    this.pause = 1000;
    if (this.stale) {
      this.stale = false;
      staleSources.delete(this);
      showStaleness();
      this.onFresh?.();
    }
    const handler = this.on[name];
    if (!handler) return;
    let data = event.data;
    try { data = JSON.parse(event.data); } catch { /* plain text is fine */ }
    if (typeof data?.at === "string") this.saidAt = data.at;
    handler(data, event);
  }

  checkAge() {
    const quiet = (Date.now() - this.lastWord) / 1000;
    if (quiet < this.staleAfter) return;
    this.goStale();
    // A half-open connection never errs: drop it after another silent spell.
    if (quiet > this.staleAfter * 2 && this.source?.readyState === EventSource.OPEN) this.connect();
  }

  goStale() {
    if (this.stale || this.closed) return;
    this.stale = true;
    staleSources.set(this, this.lastWord);
    showStaleness();
    this.onStale?.(this.lastWord);
  }

  close() {
    this.closed = true;
    clearInterval(this.watch);
    clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.lost);
    this.source?.close();
    staleSources.delete(this);
    showStaleness();
  }
}

/**
 * `<div data-live="/live/…" data-live-events="state call">` fires `live:state`, `live:call` on that element (detail = data).
 * With htmx: `<section hx-get="…" hx-trigger="live:state from:closest [data-live]">`. `data-live-pace="1000"` fires at most
 * once a second, and always for the last word (htmx's own `throttle` would drop it and leave the page behind).
 */
function paced(tell, pause) {
  if (!pause) return tell;
  let resting = false;
  let kept;
  const rest = () => {
    resting = true;
    setTimeout(() => {
      resting = false;
      if (kept === undefined) return;
      const last = kept;
      kept = undefined;
      rest();
      tell(last);
    }, pause);
  };
  return (detail) => {
    if (resting) { kept = detail; return; }
    rest();
    tell(detail);
  };
}

function startLive(scope) {
  const found = [...scope.querySelectorAll("[data-live]")];
  if (scope.matches?.("[data-live]")) found.push(scope);
  for (const element of found) {
    if (element.banshiLive) continue;
    const on = {};
    for (const name of (element.dataset.liveEvents ?? "state").split(/\s+/)) {
      const tell = (detail) => element.dispatchEvent(new CustomEvent(`live:${name}`, { detail, bubbles: true }));
      on[name] = paced(tell, Number(element.dataset.livePace ?? 0));
    }
    element.banshiLive = new LiveSource(element.dataset.live, { on, staleAfter: Number(element.dataset.liveStale ?? 12) });
  }
}

/* What follows the line is not exchanged under a finger: a press whose button is another one by its release is no click. */
let pressed = false;
let passedOver;

addEventListener("pointerdown", () => { pressed = true; }, { capture: true, passive: true });
for (const name of ["pointerup", "pointercancel"]) {
  addEventListener(name, () => setTimeout(() => { // the click comes first
    pressed = false;
    passedOver?.dispatchEvent(new CustomEvent("live:state", { bubbles: true }));
    passedOver = undefined;
  }), { capture: true, passive: true });
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!pressed || !event.detail.requestConfig?.elt.matches("[hx-trigger*='live:state']")) return;
  event.detail.shouldSwap = false;
  passedOver = event.detail.target.closest("[data-live]");
});

/* ---- dialogs ---- */

document.addEventListener("click", (event) => {
  const unfolder = event.target.closest("[data-unfold]");
  if (unfolder) {
    const open = document.getElementById(unfolder.dataset.unfold)?.classList.toggle("is-unfolded");
    unfolder.setAttribute("aria-expanded", String(Boolean(open)));
    return;
  }
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialogOpen)?.showModal();
    return;
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches?.("dialog[data-light]")) event.target.close(); // a click on the backdrop
  if (event.target.closest("[data-print]")) print();
  if (event.target.closest("[data-back]")) { event.preventDefault(); history.back(); }
});

/* ---- large type ---- */

function setMode(mode) {
  root.dataset.mode = mode;
  document.cookie = `elder=${mode === "elder" ? 1 : 0}; path=/; max-age=31536000; samesite=lax`;
  for (const button of document.querySelectorAll("[data-elder]")) button.setAttribute("aria-pressed", String(mode === "elder"));
}
for (const button of document.querySelectorAll("[data-elder]")) button.setAttribute("aria-pressed", String(root.dataset.mode === "elder"));
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-elder]")) return;
  setMode(root.dataset.mode === "elder" ? "plain" : "elder");
  if (document.querySelector("[data-elder-page]")) location.reload(); // this page has another face in large type
  else document.body.dispatchEvent(new CustomEvent("elder")); // parts that hurry nobody in large type fetch themselves anew
});

/* ---- keys ---- */

const READER_MS = 50; // a reader that types puts its keys closer together than any hand
let keyAt = -Infinity;
let waiting; // a press that is made unless the next key says that a reader typed it
let reading = "";

/** What a reader typed while no field had the focus: given to the field `[data-reads]`, and never a press. */
function readOn(key) {
  if (key.length === 1) reading += key;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const field = reading.length > 3 && (document.querySelector("dialog[open]") ?? document).querySelector("[data-reads]");
    if (field) {
      field.value = reading;
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    reading = "";
  }, 2 * READER_MS);
}

/**
 * `<button data-key="Space">` is pressed by that key, unless somebody is typing or a dialog is open in front of it.
 * Letters are written small; others by their `KeyboardEvent.key` ("Space", "Enter", "Escape", "F2").
 * A card or a label that is read while no field has the focus presses nothing: letters and Enter wait a blink for the next.
 */
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const typing = event.target.closest("input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable]");
  const apart = event.key === "Escape" || /^F\d+$/.test(event.key); // no reader types these
  if (typing && !apart) return;
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!apart && (event.key.length === 1 || key === "Enter")) {
    const soon = event.timeStamp - keyAt < READER_MS;
    if (key !== "Space") keyAt = event.timeStamp; // nothing that is read begins with one
    if (soon || reading.length > 1) {
      event.preventDefault();
      readOn(event.key);
      return;
    }
    reading = event.key.length === 1 ? event.key : "";
  }
  // A focused button or link keeps its own Space and Enter.
  if ((key === "Space" || key === "Enter") && event.target.closest("button, a[href], summary, input")) return;
  // A call for help is heard whatever panel is open.
  const scope = (/^F\d+$/.test(key) ? null : document.querySelector("dialog[open]")) ?? document;
  const button = scope.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled, [aria-disabled="true"])`);
  if (!button) return;
  event.preventDefault();
  clearTimeout(waiting);
  const field = button.matches("input, select, textarea"); // where one goes on typing at once
  const press = () => { reading = ""; field ? button.focus() : button.click(); };
  if (field) keyAt = -Infinity;
  if (apart || field || key === "Space") press();
  else waiting = setTimeout(press, READER_MS);
});

/* ---- silence at a kiosk ---- */

/**
 * Go back to the start after silence: `<div data-idle="20" data-idle-href="/kiosk/x"><b data-idle-left></b></div>`.
 * `data-idle-warn="10"` shows the element only for the last 10 seconds. In large-type mode people get three times as long.
 */
class Idle {
  constructor(element) {
    this.element = element;
    this.left = element.querySelector("[data-idle-left]");
    for (const name of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) addEventListener(name, () => this.restart(), { passive: true });
    this.restart();
    this.timer = setInterval(() => this.tick(), 250);
  }

  get seconds() { return Number(this.element.dataset.idle) * (root.dataset.mode === "elder" ? 3 : 1); }

  restart() { this.until = performance.now() + this.seconds * 1000; this.tick(); }

  tick() {
    const seconds = Math.max(0, Math.ceil((this.until - performance.now()) / 1000));
    if (this.left) this.left.textContent = seconds;
    const warn = Number(this.element.dataset.idleWarn ?? this.seconds);
    this.element.hidden = seconds > warn;
    if (seconds > 0) return;
    clearInterval(this.timer);
    const event = new CustomEvent("idle", { bubbles: true, cancelable: true });
    if (this.element.dispatchEvent(event) && this.element.dataset.idleHref) location.assign(this.element.dataset.idleHref);
  }
}

/* ---- screens, sound, touch ---- */

/** Keep the screen on while the page is visible. */
async function keepAwake() {
  const ask = async () => { try { await navigator.wakeLock?.request("screen"); } catch { /* battery saver says no */ } };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  await ask();
}

const buzz = (pattern = [300, 150, 300]) => navigator.vibrate?.(pattern) ?? false;

let audio;
/** Two soft tones. Browsers allow sound only after a first touch or under the kiosk's autoplay flag. */
async function chime(volume = 0.25) {
  audio ??= new (window.AudioContext ?? window.webkitAudioContext)();
  if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 200))]);
  [[659.25, 0], [523.25, 0.32]].forEach(([pitch, after]) => {
    const tone = audio.createOscillator();
    const level = audio.createGain();
    const start = audio.currentTime + after;
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0, start);
    level.gain.linearRampToValueAtTime(volume, start + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
    tone.connect(level).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 1);
  });
  await new Promise((done) => setTimeout(done, 1100));
}

/**
 * Announcements one after another, none swallowed; silent until switched on.
 *
 *   const voice = new Voice({ on: screen.dataset.voice === "on" }); voice.call("请 A012 号到 2 楼 12 号窗口");
 */
class Voice {
  constructor({ on = false, lang = "zh-CN", rate = 0.9, times = 1, withChime = true } = {}) {
    Object.assign(this, { on, lang, rate, times, withChime });
    this.queue = [];
    this.talking = false;
  }

  call(text) {
    if (!this.on) return;
    this.queue.push(text);
    if (!this.talking) this.next();
  }

  async next() {
    const text = this.queue.shift();
    this.talking = text !== undefined;
    if (!this.talking) return;
    try {
      if (this.withChime) await chime();
      for (let i = 0; i < this.times; i += 1) await this.speak(text);
    } finally {
      this.next();
    }
  }

  speak(text) {
    return new Promise((done) => {
      if (!window.speechSynthesis) return done();
      const words = new SpeechSynthesisUtterance(text);
      words.lang = this.lang;
      words.rate = this.rate;
      words.onend = done;
      words.onerror = done;
      setTimeout(done, 15000); // some engines never say that they have finished
      speechSynthesis.speak(words);
    });
  }
}

/* ---- talking to the server ---- */

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** POST JSON (or a form) with the CSRF token. Returns {ok, status, data}; never throws for a refusal or a lost line. */
async function post(url, body = {}, { method = "POST", key } = {}) {
  const headers = { "X-CSRFToken": csrf(), Accept: "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  if (!(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  try {
    const answer = await fetch(url, { method, headers, body, credentials: "same-origin" });
    const data = await answer.json().catch(() => null);
    return { ok: answer.ok, status: answer.status, data };
  } catch {
    toast(texts.offline ?? "Offline", "urgent");
    return { ok: false, status: 0, data: null };
  }
}

document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = csrf(); });
// A late answer never replaces a newer one, whoever asked for it: what a place shows is of the last question answered there.
const places = new Map(); // id → what is shown there: places are exchanged with their answers, ids stay
let questions = 0;
const placeOf = (element) => {
  if (!element.id) return element;
  if (!places.has(element.id)) places.set(element.id, {});
  return places.get(element.id);
};
document.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.banshiOrder = ++questions; });
document.addEventListener("htmx:beforeSwap", (event) => {
  const place = placeOf(event.detail.target);
  const order = event.detail.xhr.banshiOrder;
  if (order < (place.banshiShows ?? 0)) event.detail.shouldSwap = false;
  else if (event.detail.shouldSwap) place.banshiShows = order;
});
// A whole page – signed out, not allowed, too old – is no part of one: it never lands in a corner. The browser asks for the
// page it is on, and the server says there what is the matter; not twice in a minute, so that nobody is caught in a circle. A
// server in trouble has no other page to show: what is on this one stays, with its bar of staleness.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!/^\s*<!doctype/i.test(event.detail.serverResponse ?? "")) return;
  event.detail.shouldSwap = false;
  if (event.detail.xhr.status >= 500 || event.detail.xhr.status === 429) return;
  const asked = `asked-again:${location.pathname}`;
  const last = Number(sessionStorage.getItem(asked) ?? 0);
  if (Date.now() - last < 60000) { toast(texts.failed ?? "Failed", "urgent"); return; }
  sessionStorage.setItem(asked, Date.now());
  location.reload();
});
// What a page asks by itself fails in silence: nobody did anything, and the bar of staleness tells of the lost line.
const BY_HAND = new Set(["click", "submit", "change", "input", "keydown", "keyup", "search"]);
const byHand = ({ detail }) => detail.requestConfig?.verb !== "get" || BY_HAND.has(detail.requestConfig?.triggeringEvent?.type);
const notSent = (event) => { if (byHand(event)) toast(texts.offline ?? "Offline", "urgent"); };
document.addEventListener("htmx:responseError", (event) => { if (byHand(event)) toast(texts.failed ?? "Failed", "urgent"); });
document.addEventListener("htmx:sendError", notSent);
document.addEventListener("htmx:timeout", notSent);
/* What a page asks by itself while a press is under way may be read before the press and arrive after its answer: a button that
 * was just locked would be armed again. It is asked when the press is through. */
const underWay = new Set();
let toAsk;
document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
  if (requestConfig.verb === "get") return;
  underWay.add(xhr);
  xhr.addEventListener("loadend", () => {
    underWay.delete(xhr);
    setTimeout(askNow, htmx.config.defaultSettleDelay); // what the answer brought listens once it has settled
  });
});
function askNow() {
  if (underWay.size) return;
  toAsk?.dispatchEvent(new CustomEvent("live:state", { bubbles: true }));
  toAsk = undefined;
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const live = event.detail.elt.closest("[data-live]");
  if (!underWay.size || !live || byHand(event)) return;
  event.preventDefault();
  toAsk = live;
});
document.addEventListener("htmx:load", (event) => startLive(event.detail.elt));
document.addEventListener("htmx:beforeCleanupElement", (event) => event.detail.elt.banshiLive?.close());
// The server may answer with `HX-Trigger: {"toast": {"text": …, "tone": …}}`.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));

// A form is sent once: the button waits, and comes back if the page does.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.matches("[hx-post], [hx-get], [data-again]")) return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "yes";
  event.submitter?.classList.add("is-busy");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector(".is-busy")?.classList.remove("is-busy");
  }
});

// Another language loads the page anew: what was typed and not sent yet is carried over, in this tab and for one page only.
const CARRIED = "carried";
const SETLANG = '[action="/i18n/setlang/"]';
const typable = "input:not([type=hidden], [type=password], [type=file], [type=submit]), textarea, select";
const alike = (form) => [...document.forms].filter((other) => other.getAttribute("action") === form.getAttribute("action"));

function carry() {
  const forms = [...document.forms].filter((form) => form.method === "post" && !form.matches(SETLANG)).map((form) => ({
    action: form.getAttribute("action"),
    nth: alike(form).indexOf(form),
    said: [...form.querySelectorAll(typable)].filter((field) => field.name).map((field) =>
      /^(radio|checkbox)$/.test(field.type) ? [field.name, field.value, field.checked] : [field.name, field.value]),
  })).filter((form) => form.said.length);
  try { sessionStorage.setItem(CARRIED, JSON.stringify({ at: Date.now(), forms })); } catch { /* private mode */ }
}

function unpack() {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(CARRIED)); sessionStorage.removeItem(CARRIED); } catch { /* private mode */ }
  if (!kept || Date.now() - kept.at > 60_000) return;
  for (const { action, nth, said } of kept.forms) {
    const form = [...document.forms].filter((other) => other.getAttribute("action") === action)[nth];
    for (const field of form?.querySelectorAll(typable) ?? []) {
      const found = said.find(([name, value, checked]) => name === field.name && (checked === undefined || value === field.value));
      if (!found) continue;
      if (found.length === 3) { field.checked = found[2]; continue; }
      if (field.value === found[1]) continue;
      field.value = found[1];
      field.closest("details")?.setAttribute("open", "");
    }
  }
}

// An editor whose rows the server draws is sent to it once more, as typed: `data-redrawn` says what it is asked to do.
async function redraw(form, language, editor) {
  const body = new FormData(form);
  body.set("language", language);
  try { await fetch(form.action, { method: "POST", body, redirect: "manual" }); } catch { form.submit(); return; }
  let act = editor.querySelector("input[type=hidden][name=act]");
  if (!act) { act = document.createElement("input"); act.type = "hidden"; act.name = "act"; editor.append(act); }
  act.value = editor.dataset.redrawn;
  HTMLFormElement.prototype.submit.call(editor);
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches(SETLANG)) return;
  carry();
  const editor = document.querySelector("form[data-redrawn]");
  if (!editor || !event.submitter) return;
  event.preventDefault();
  redraw(event.target, event.submitter.value, editor);
}, true);
unpack();

// Pages without live data still say when the line is down.
const offline = () => { for (const banner of document.querySelectorAll("[data-offline]")) banner.hidden = navigator.onLine; };
addEventListener("online", offline);
addEventListener("offline", offline);
offline();

startLive(document);
// What stood on the page from its beginning is not read out by itself.
const told = document.querySelector(".told");
if (told) say(told.innerText.trim());
for (const element of document.querySelectorAll("[data-idle]")) element.banshiIdle = new Idle(element);
if (root.hasAttribute("data-awake")) keepAwake();
// The strip alone: the page stays at its top.
for (const current of document.querySelectorAll(".days [aria-current]")) {
  const strip = current.closest(".days");
  strip.scrollLeft += current.getBoundingClientRect().left - strip.getBoundingClientRect().left - (strip.clientWidth - current.clientWidth) / 2;
}

window.Banshi = { LiveSource, Voice, Idle, chime, buzz, keepAwake, say, toast, post, csrf, store, setMode, clockTime };
