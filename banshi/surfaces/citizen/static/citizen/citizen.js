/* What the citizen's pages do beyond forms: the countdown of a kept place, and a number that is followed. */

import { asItCame, changed, keyOf, putBack, saidIn } from "../ui/newer.js";
import { NotTaken, inParts, sendInParts } from "../ui/parts.js";

const minutes = (words, seconds) => words.replace("{m}", Math.floor(seconds / 60)).replace("{s}", Math.floor(seconds % 60));

/** A place is kept in hall time, which a demo may run faster: machine seconds × speed. */
function countDown(scope) {
  for (const element of scope.querySelectorAll("[data-countdown]")) {
    if (element.dataset.running) continue;
    element.dataset.running = "yes";
    const left = Number(element.dataset.countdown);
    const speed = Number(element.dataset.speed || 1);
    const from = performance.now();
    const tick = () => {
      const now = left - ((performance.now() - from) / 1000) * speed;
      if (now > 0) { element.textContent = minutes(element.dataset.words, now); return; }
      clearInterval(timer);
      const note = element.closest(".note");
      note.setAttribute("data-tone", "wait");
      note.querySelector("[data-kept]").hidden = true;
      note.querySelector("[data-kept-over]").hidden = false;
    };
    const timer = setInterval(tick, 250);
    tick();
  }
}

/** The line that moves: how far this number has come since it was first looked at. */
let first = null;
let shownState = null;
let shownOut = false;
function follow() {
  const box = document.querySelector("[data-ticket]");
  if (!box) return;
  const part = box.querySelector("[data-state]");
  const key = `ahead:${box.dataset.ticket}`;
  const ahead = box.querySelector("[data-ahead]");
  const meter = box.querySelector("[data-progress]");
  if (ahead && meter && ahead.dataset.ahead !== "") {
    const now = Number(ahead.dataset.ahead);
    first = Math.max(first ?? Number(window.Banshi?.store?.get(key) ?? 0), now);
    window.Banshi?.store?.set(key, String(first));
    meter.max = first + 1;
    meter.value = first + 1 - now;
  }
  const state = part?.dataset.state ?? null;
  if (state === "called" && shownState !== "called") {
    if (shownState !== null) {
      window.Banshi?.buzz([400, 150, 400, 150, 400]);
      window.Banshi?.say(box.querySelector(".ticket__go, [data-go]")?.textContent.trim() ?? "", { urgent: true });
    }
    scrollTo({ top: 0 });
  }
  shownState = state;
  const out = box.querySelector("[data-evacuated]");
  if (out && !shownOut) {
    window.Banshi?.buzz([600, 200, 600, 200, 600]);
    window.Banshi?.say((out.querySelector(".evacuated__do") ?? out).textContent.trim(), { urgent: true });
    scrollTo({ top: 0 });
  }
  shownOut = Boolean(out);
}

/* ---- live: what only moves is drawn from the event itself; a change of state fetches the part again ---- */

const texts = () => JSON.parse(document.getElementById("ticket-texts")?.textContent ?? "null");
let words = texts();
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_whole, key) => values[key]);

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Seconds as the server says them: whole minutes, at least one. */
function duration(seconds) {
  const all = Math.max(1, Math.round(seconds / 60));
  const [h, m] = [Math.floor(all / 60), all % 60];
  if (!h) return fill(words.min, { n: m });
  return m ? fill(words.h_min, { h, m }) : fill(words.h, { n: h });
}

function wait(estimate) {
  if (!estimate) return words.unknown;
  const most = Math.ceil(estimate.at_most / 60) * 60;
  if (most <= 60) return words.soon;
  const about = fill(words.about, { time: duration(estimate.likely) });
  if (most <= Math.max(60, Math.round(estimate.likely / 60) * 60)) return about;
  return fill(words.at_most, { about, time: duration(most) });
}

/** True when the event told everything there is to show. */
function drawn(box, ticket) {
  const part = box.querySelector("[data-state]");
  if (!words || !ticket || ticket.state !== "waiting" || part?.dataset.state !== "waiting" || ticket.ahead == null) return false;
  if (ticket.stopped !== part.hasAttribute("data-stopped")) return false; // a closure has begun or is over: the page says more
  const ahead = box.querySelector("[data-ahead]");
  if (!ahead) return false; // an evacuation says nothing of the line
  if ("turn" in box.dataset && (ticket.ahead === 0 || ahead.dataset.ahead === "0")) return false; // the next is said in other words
  ahead.dataset.ahead = ticket.ahead;
  ahead.textContent = fill(ticket.ahead === 1 ? words.one : words.many, { n: ticket.ahead });
  const likely = box.querySelector("[data-wait]"); // none while calling has stopped
  if (likely) likely.textContent = capital(wait(ticket.estimate));
  const late = box.querySelector("[data-late]");
  if (late) late.hidden = ticket.served_today !== false;
  const walk = box.querySelector("[data-walk]");
  if (walk) {
    const until = walk.hasAttribute("data-never") || ticket.served_today === false ? null : ticket.walk_off_until;
    walk.hidden = !until;
    if (until) walk.querySelector("[data-walk-until]").textContent = until.slice(11, 16).replace(/^0/, ""); // the hall's own time
  }
  follow();
  return true;
}

/** Fetch again soon: at once, then at most once a pause, and never without the last change. */
function refresh(box) {
  if (box.resting) { box.again = true; return; }
  box.dispatchEvent(new CustomEvent("fresh"));
  box.resting = setTimeout(() => {
    box.resting = null;
    if (box.again) { box.again = false; refresh(box); }
  }, Number(box.dataset.pause ?? 1000));
}

/** True when the event says something else than the part of a page that turns as a whole. */
const lines = new Map();
function saysOther(box, said) {
  if (!box.dataset.ticket) { // a booking of today: has its line stopped, or does it go on?
    const stopped = said?.categories?.find((each) => each.code === box.dataset.category)?.stopped;
    const before = lines.get(box.dataset.category);
    lines.set(box.dataset.category, stopped);
    return before !== undefined && stopped !== before;
  }
  const part = box.querySelector("[data-state]");
  if (!said || !part) return false;
  if (said.state !== part.dataset.state || (said.called_to ?? "") !== part.dataset.calledTo) return true;
  if (said.state !== "waiting") return false;
  const ahead = box.querySelector("[data-ahead]");
  return said.stopped !== part.hasAttribute("data-stopped") || Boolean(ahead && (said.ahead === 0) !== (ahead.dataset.ahead === "0"));
}

document.addEventListener("live:state", (event) => {
  const box = event.target;
  if (box.dataset.ticket && drawn(box, event.detail)) return;
  if ("turn" in box.dataset) { if (saysOther(box, event.detail)) turnSoon(); return; }
  refresh(box);
});

document.addEventListener("live:booking", turnSoon); // checked in, moved, cancelled

countDown(document);
addEventListener("load", follow);
follow();
document.addEventListener("htmx:afterSettle", () => { countDown(document); follow(); });

// Near me: the place is rounded to about a kilometre before the page asks with it, and is kept nowhere.
function offerNear(scope) {
  if (!navigator.geolocation) return;
  for (const button of scope.querySelectorAll("[data-near]")) button.hidden = false;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-near]");
  if (!button) return;
  button.classList.add("is-busy");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const here = new URL(location.href);
      here.searchParams.set("near", `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
      location.replace(here);
    },
    () => {
      button.classList.remove("is-busy");
      window.Banshi?.toast(button.dataset.failed, "wait");
    },
    { maximumAge: 600_000, timeout: 10_000 },
  );
});
offerNear(document);

/* ---- a page that stays open says what is true now: it is fetched anew when a hall opens or closes, and at midnight ---- */

const LONGEST_S = 3600; // timers of a day drift, and the demo's clock may be set; an hour old is old enough
const MOVING_S = 60; // what a number or today's line does, where no event told it
const PAUSE_S = 5; // between two turns that events asked for
let turnsAt = Infinity;
let turnedAt = 0;

function waitForTurn(body) {
  const left = Number(body.dataset.turns) / Number(body.dataset.speed || 1);
  const longest = document.querySelector("[data-turn]") ? MOVING_S : LONGEST_S;
  turnsAt = body.dataset.turns === undefined ? Infinity : Date.now() + Math.min(left, longest) * 1000 + 500;
}

/** The page that stands here came by GET, and an event says that it is no longer true. */
function turnSoon() {
  if (turnsAt === Infinity) return;
  turnsAt = Math.min(turnsAt, Math.max(Date.now(), turnedAt + PAUSE_S * 1000));
}

/** Nothing is taken from under somebody's fingers. */
const busy = () => document.hidden || document.querySelector("dialog[open]") || document.querySelector(".htmx-request")
  || document.activeElement?.matches("main input, main textarea, main select")
  || [...document.querySelectorAll("main form[method=post] input:not([type=hidden], [type=radio], [type=checkbox]), main textarea")].some((field) => field.value !== field.defaultValue);

async function turn() {
  turnedAt = Date.now();
  turnsAt = turnedAt + 30_000; // whatever comes of it, not at once again
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, main] = [document.querySelector("main"), fresh.querySelector("main")];
  if (!main || busy()) return;
  const open = [...old.querySelectorAll("details")].map((each) => each.open);
  const strip = old.querySelector(".days")?.scrollLeft;
  for (const live of old.querySelectorAll("[data-live]")) live.banshiLive?.close();
  old.replaceChildren(...main.childNodes);
  [...old.querySelectorAll("details")].forEach((each, i) => { if (open[i] !== undefined) each.open = open[i]; });
  if (strip !== undefined) old.querySelector(".days")?.scrollTo({ left: strip });
  window.htmx?.process(old);
  old.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: old } })); // live parts begin again (ui.js)
  document.title = fresh.title;
  words = texts();
  waitForTurn(fresh.body);
  countDown(old);
  offerNear(old);
  follow();
}

waitForTurn(document.body);
setInterval(() => { if (Date.now() >= turnsAt && !busy()) turn(); }, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() >= turnsAt) turn(); });

/* ---- papers: what is photographed or chosen is sent at once; the page says so while it goes ---- */

document.documentElement.classList.add("js");
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-picks]");
  if (!form || !event.target.files?.length) return;
  for (const other of form.querySelectorAll("input[type=file]")) if (other !== event.target) other.disabled = true; // an empty one says nothing
  form.classList.add("is-sending");
  form.querySelector("[data-sending]").hidden = false;
  if (form.dataset.parts && inParts(event.target.files)) sendLarge(form, event.target);
  else form.requestSubmit();
});

/** The files in parts, one after the other; then the form says which they were. */
async function sendLarge(form, field) {
  const [share, lost, told] = ["share", "lost", "not-taken"].map((name) => form.querySelector(`[data-${name}]`));
  const files = [...field.files];
  const to = { url: form.dataset.parts, code: form.elements.code.value, token: form.elements.csrfmiddlewaretoken.value };
  told.hidden = true;
  share.hidden = false;
  try {
    for (const [i, file] of files.entries()) {
      const ref = await sendInParts(file, to, (part, gone) => { share.value = (i + part) / files.length; lost.hidden = !gone; });
      form.insertAdjacentHTML("beforeend", '<input type="hidden" name="upload">');
      form.lastElementChild.value = ref;
    }
    field.disabled = true;
    form.requestSubmit();
  } catch (no) {
    if (!(no instanceof NotTaken)) throw no;
    told.textContent = no.message || form.querySelector("[data-not-taken-words]").content.textContent.trim();
    told.hidden = false;
    restored(form);
  }
}

function restored(form) {
  form.classList.remove("is-sending");
  for (const name of ["sending", "share", "lost"]) form.querySelector(`[data-${name}]`).hidden = true;
  for (const ref of form.querySelectorAll("input[name=upload]")) ref.remove();
  form.reset();
  for (const input of form.querySelectorAll("input[type=file]")) input.disabled = false;
}
addEventListener("pageshow", () => { // back on a page that was left while it sent
  for (const form of document.querySelectorAll("form[data-picks].is-sending")) restored(form);
});

/* ---- a form saved field by field: an answer that brings other fields is older than what was typed while it was on its way ---- */

const FORM_FIELDS = "case-fields";
const fieldsIn = (part) => [...part.querySelectorAll("[name^='f-']")].filter((field) => field.type !== "hidden" && field.type !== "file");
const sent = new WeakMap(); // request → the field it saves, as it was
let newer = new Map();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const field = detail.elt;
  if (field?.name?.startsWith("f-")) sent.set(detail.xhr, { key: keyOf(field), said: saidIn(field) });
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== FORM_FIELDS && !detail.target?.id?.startsWith("line-")) return;
  const saved = sent.get(detail.xhr);
  newer = changed(fieldsIn(detail.target), (field) => (saved?.key === keyOf(field) ? saved.said : asItCame(field)));
});
document.addEventListener("htmx:afterSwap", () => {
  const form = document.getElementById(FORM_FIELDS);
  if (form) putBack(newer, fieldsIn(form), (field) => field);
  newer = new Map();
});
