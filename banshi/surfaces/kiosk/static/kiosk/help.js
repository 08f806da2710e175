/*
 * Help by video at the machine: a panel over every page. The call itself is ui/call.js; here are the panel, whether the screen is
 * shown, and the clerk's hand on it. What counts – to send, sign, pay – is in nobody's reach but the person's: only links, keys
 * marked [data-hand], and fields can be meant.
 */
const panel = document.getElementById("help");
const opener = document.querySelector("[data-help]");
const words = panel?.dataset ?? {};
const page = [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16).padStart(2, "0")).join("");
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const some = (name) => panel.querySelector(`[data-help-${name}]`);
const state = () => panel.querySelector("[data-call]")?.dataset.state ?? "";
let times = 0;

async function post(path, fields = {}, options = {}) {
  try {
    return await fetch(`${panel.dataset.at}/${path}`, {
      method: "POST", body: new URLSearchParams(fields), credentials: "same-origin", headers: { "X-CSRFToken": csrf() }, ...options,
    });
  } catch { return null; }
}

/* ---- the panel ---- */

async function put(answer) {
  if (!answer || answer.status >= 500) { window.Banshi?.toast(words.wordAway, "urgent"); return; }
  const before = panel.querySelector("[data-call]")?.dataset.ref;
  panel.innerHTML = await answer.text();
  panel.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  const call = panel.querySelector("[data-call]");
  if (call && call.dataset.state !== "ended" && (call.dataset.ref !== before || !times)) {
    times += 1;
    await import(`${panel.dataset.script}?${times}`); // a call of its own each time
    document.body.toggleAttribute("data-calling", true);
  }
  if (!call || call.dataset.state === "ended") document.body.removeAttribute("data-calling");
  handMoved();
}

async function open() {
  try { await put(await fetch(panel.dataset.at, { credentials: "same-origin" })); } catch { await put(null); }
}

function shut() {
  panel.hidden = true;
  panel.replaceChildren();
  opener.setAttribute("aria-expanded", "false");
  document.body.removeAttribute("data-calling");
}

async function act(button) {
  const data = button.dataset;
  if ("helpShut" in data || "helpOver" in data) {
    if ("helpOver" in data) await post("leave", { forget: "1" });
    shut();
  }
  if ("helpAsk" in data) await put(await post("ask", { media: data.helpAsk, page: location.pathname }));
  if ("helpLeave" in data) await put(await post("leave"));
  if ("helpRate" in data) await put(await post("rate", { score: data.helpRate }));
  if ("helpFold" in data) {
    const small = panel.toggleAttribute("data-small");
    button.setAttribute("aria-expanded", String(!small));
  }
  if ("helpAllow" in data) { await post("allow", { yes: data.helpAllow }); await handMoved(); }
  if ("helpYes" in data) await answered(true);
  if ("helpNo" in data) await answered(false);
}

/* ---- the screen in words ---- */

const MEANT = "main a[href], main button, main summary";
const FIELDS = "main input:not([type=hidden]):not([type=submit]):not(.visually-hidden), main select, main textarea";
const seen = (element) => element.checkVisibility() && !element.closest(".visually-hidden, [aria-hidden=true]");
const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 80);
/** Numbers of people, cards and telephones are covered before they leave the machine. */
const covered = (text) => text.replace(/[0-9Xx*]{7,}/g, (number) => "•".repeat(Math.max(3, number.length - 4)) + number.slice(-4));
let elements = new Map();

function named(field) {
  const group = field.closest("fieldset")?.querySelector("legend")?.innerText ?? "";
  const label = field.labels?.[0]?.innerText ?? field.getAttribute("aria-label") ?? field.placeholder ?? "";
  return short(["radio", "checkbox"].includes(field.type) && group ? `${group} – ${label}` : label || group);
}

function fieldOf(field, id) {
  const shut = field.matches("[data-reader], [type=password], [readonly], [disabled], [data-alone]");
  const value = ["radio", "checkbox"].includes(field.type) ? (field.checked ? "✓" : "") : field.value;
  const options = field.matches("select") ? [...field.options].filter((each) => each.value).slice(0, 12).map((each) => [each.value, short(each.text)])
    : ["radio", "checkbox"].includes(field.type) ? [["on", "✓"]] : [];
  return { id, label: named(field), value: shut ? "•".repeat(Math.min(8, field.value.length)) : covered(short(value)), options, shut };
}

function does(element) {
  if (element.dataset.hand) return element.dataset.hand;
  const link = element.closest("a[href]");
  return (link && link.origin === location.origin && !("done" in link.dataset)) || element.matches("summary") ? "press" : "";
}

function screen() {
  elements = new Map();
  const mine = (prefix) => (element, n) => { const id = `${prefix}${n}`; elements.set(id, element); return id; };
  const field = mine("f"), key = mine("k");
  return {
    page, title: short(document.querySelector("main h1")?.innerText ?? document.title),
    fields: [...document.querySelectorAll(FIELDS)].filter(seen).slice(0, 30).map((each, n) => fieldOf(each, field(each, n))),
    keys: [...document.querySelectorAll(MEANT)].filter((each) => seen(each) && !each.closest("[data-pad-for], [data-pad-focused], .kiosk-letters"))
      .slice(0, 60).map((each, n) => ({ id: key(each, n), label: covered(short(each.innerText.trim().split("\n")[0])), does: does(each) })).filter((each) => each.label),
  };
}

let shows = false;
let told = "";
async function tellScreen() {
  if (!shows || state() !== "talking") return;
  const now = JSON.stringify(screen());
  if (now === told) return;
  told = now;
  const answer = await post("screen", { screen: now });
  if (!answer?.ok) told = "";
}
let soon;
const changed = () => { if (shows) { clearTimeout(soon); soon = setTimeout(tellScreen, 400); } };
for (const name of ["input", "change", "toggle", "htmx:afterSettle"]) document.addEventListener(name, changed, true);

/* ---- the hand ---- */

let wants = [];
let moving = Promise.resolve();
const handMoved = () => { moving = moving.then(look).catch(() => {}); return moving; };

async function look() {
  if (state() !== "talking") { shows = false; wants = []; lift(); return; }
  const answer = await fetch(`${panel.dataset.at}/hand`, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  await stands(await answer.json());
}

async function stands(said) {
  const fresh = said.shows && !shows;
  shows = said.shows;
  for (const button of panel.querySelectorAll("[data-help-allow]")) button.hidden = (button.dataset.helpAllow === "1") === shows;
  if (some("shown")) some("shown").hidden = !shows;
  if (!shows) { told = ""; lift(); }
  if (fresh || (shows && !told)) { told = ""; await tellScreen(); }
  wants = [];
  for (const one of said.wants) {
    const there = one.page === page && elements.get(one.target)?.isConnected;
    if (one.kind === "point") { await tell(one.n, there ? "yes" : "no"); if (there) { ring(one.target); await tell(one.n, "done"); } }
    else if (!there) { if (!one.allowed) await tell(one.n, "no"); } // the page it was meant for is gone
    else if (one.allowed) await carryOut(one);
    else wants.push(one);
  }
  ask();
}

const tell = (n, said, options) => post("act", { n: String(n), said }, options);

function ask() {
  const box = some("wants");
  if (!box) return;
  const [one] = wants;
  box.hidden = !one;
  if (!one) return;
  const question = words[`word${one.kind[0].toUpperCase()}${one.kind.slice(1)}`] ?? "";
  some("wants-words").textContent = question;
  some("wants-what").textContent = one.kind === "fill" ? `${one.label} ← ${one.words}` : one.label;
  panel.removeAttribute("data-small");
  ring(one.target);
}

async function answered(yes) {
  const [one] = wants;
  if (!one) return;
  some("wants").hidden = true;
  const answer = await tell(one.n, yes ? "yes" : "no");
  if (yes && answer?.ok) await carryOut(one);
  else lift();
  await handMoved();
}

async function carryOut(one) {
  const element = elements.get(one.target);
  if (one.kind === "fill") write(element, one.text);
  const done = tell(one.n, "done", { keepalive: true });
  if (one.kind !== "fill") { await done; lift(); element.click(); return; }
  await done;
  lift();
  changed();
}

function write(field, text) {
  if (["radio", "checkbox"].includes(field.type)) field.click();
  else {
    field.value = field.maxLength > 0 ? text.slice(0, field.maxLength) : text;
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

/** Around what the clerk means. */
function ring(target) {
  lift();
  const element = elements.get(target);
  const around = element?.matches("input[type=radio], input[type=checkbox]") ? element.closest("label") ?? element : element;
  around?.setAttribute("data-pointed", "");
  around?.scrollIntoView({ block: "center" });
}
const lift = () => { for (const each of document.querySelectorAll("[data-pointed]")) each.removeAttribute("data-pointed"); };

/* ---- begin ---- */

if (panel && opener) {
  opener.addEventListener("click", () => { if (panel.hidden) open(); else if (document.body.hasAttribute("data-calling")) panel.toggleAttribute("data-small"); else shut(); });
  panel.addEventListener("click", (event) => { const button = event.target.closest("button"); if (button) act(button); });
  document.addEventListener("call-hand", handMoved);
  document.addEventListener("call-over", () => { shows = false; lift(); document.body.removeAttribute("data-calling"); });
  document.addEventListener("call-gone", shut);
  // Whoever goes away hangs up: the next person finds nothing of it.
  document.addEventListener("leaving", () => { if (document.body.hasAttribute("data-calling") || panel.childElementCount) post("leave", { forget: "1" }, { keepalive: true }); });
  if (document.body.hasAttribute("data-calling")) open();
}
