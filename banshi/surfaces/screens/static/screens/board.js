/* The wall board: calls newest on top, the categories beside them, notices below. */
import { beat, body, clockWords, english, fill, hallNow, watch, words } from "./common.js";

const board = document.getElementById("board");
const zone = board.dataset.onlyZone;
const rows = document.getElementById("calls");
const lanes = document.getElementById("lanes");
const rowShape = document.getElementById("row").content.firstElementChild;
const laneShape = document.getElementById("lane").content.firstElementChild;
const LANES_A_PAGE = 6;
const floors = JSON.parse(document.getElementById("floors").textContent);
const LONGEST_ON_THE_BOARD = 10 * 60_000; // hall time
const TURN = 7000; // how long a page of lanes, rows or a notice stays

const keyOf = (call) => `${call.number}|${call.window}|${call.at}|${call.kind}`;

/* ---- what is shown ---- */

let turn = 0;
let state;
let facts;

const isOut = (code) => facts?.out?.includes(code); // nobody is sent to a window that is evacuated

/** 叫领取: results that are ready for whoever waits here, called to a window for some minutes. */
const fetchCalls = () => (facts?.fetch ?? []).filter((c) => !isOut(c.zone)).map((c) => ({ ...c, name: words.fetch, calling: true }));

function callsOf() {
  const windows = new Map(state.windows.map((w) => [w.number, w]));
  const seen = new Set();
  const recent = state.calls.filter((call) => {
    const at = windows.get(call.window);
    // A recall is the same number once more: one row, the newest.
    if (seen.has(call.number) || (zone && at?.zone !== zone) || isOut(at?.zone)) return false;
    seen.add(call.number);
    return true;
  }).map((call) => {
    const at = windows.get(call.window);
    return { ...call, calling: at?.state === "called" && at.ticket === call.number };
  });
  // Who was called long ago has been here, or looks at their phone: a row stays no longer than somebody may still come.
  const fresh = recent.filter((c) => c.calling || hallNow() - Date.parse(c.at) < LONGEST_ON_THE_BOARD);
  // The list of recent calls is short; whoever is still being called stays on the board until they come.
  const longer = state.windows.filter((w) => w.state === "called" && !seen.has(w.ticket) && (!zone || w.zone === zone) && !isOut(w.zone))
    .map((w) => ({ number: w.ticket, window: w.number, name: "", floor: floors[w.floor], floor_en: floors[w.floor], calling: true }));
  return [...fetchCalls(), ...fresh.filter((c) => c.calling), ...longer, ...fresh.filter((c) => !c.calling)];
}

function drawCalls() {
  const calls = callsOf();
  const capacity = rowsThatFit();
  let shown = calls.slice(0, capacity);
  const calling = calls.filter((c) => c.calling);
  if (calling.length > capacity) {
    // More people are being called than rows fit: the newest stay, the rest take turns, nobody is left out.
    const fixed = calling.slice(0, Math.ceil(capacity / 2));
    const rest = calling.slice(fixed.length);
    const room = capacity - fixed.length;
    const pages = Math.ceil(rest.length / room);
    shown = [...fixed, ...rest.slice((turn % pages) * room, (turn % pages) * room + room)];
  }
  rows.replaceChildren(...shown.map((call, i) => {
    const row = rowShape.cloneNode(true);
    const [no, name, window, floor] = row.children;
    no.textContent = call.number;
    name.textContent = call.name ?? "";
    window.textContent = fill(words.window, { n: call.window });
    floor.textContent = (english ? call.floor_en : call.floor) || call.floor || "";
    row.classList.toggle("is-called", call.calling && i < 3);
    row.classList.toggle("is-calling", call.calling && i >= 3);
    return row;
  }));
  const quiet = document.getElementById("quiet");
  const early = facts && !facts.open && facts.numbers; // the doors are open before the windows are
  const closed = facts && !facts.open && !facts.stays && !early && !state.windows.some((w) => w.state === "called" || w.state === "serving");
  rows.hidden = closed || shown.length === 0;
  quiet.hidden = !rows.hidden;
  if (closed) {
    quiet.children[0].textContent = facts.why || words.closed;
    quiet.children[1].textContent = facts.opens ? fill(words.opens, { when: facts.opens }) : "";
  } else if (early) {
    quiet.children[0].textContent = words.early;
    quiet.children[1].textContent = facts.opens ? fill(words.windowsFrom, { when: facts.opens }) : "";
  } else {
    // What is over is no call any more, so that an empty list does not say whether anybody was called before.
    quiet.children[0].textContent = state.calls.length || state.windows.some((w) => w.visit) ? words.nobodyNow : words.nobody;
    quiet.children[1].textContent = facts?.numbers ? words.nobodyThen : "";
  }
}

const ROW = 5.2, GAP = 0.5; // rem, as in screens.css

/** Whole rows below the head of the list: a banner takes room from them, and half a number is none. */
function rowsThatFit() {
  const list = rows.parentElement;
  const px = (element, name) => parseFloat(getComputedStyle(element)[name]) || 0;
  const rem = px(document.documentElement, "fontSize");
  const room = list.clientHeight - px(list, "paddingTop") - px(list, "paddingBottom") - px(list, "rowGap") - list.firstElementChild.offsetHeight;
  return Math.max(1, Math.floor((room / rem + GAP) / (ROW + GAP)));
}

/** Minutes as slip and phone say them: 88 → 1 小时 28 分钟. */
function duration(minutes) {
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (!h) return fill(words.min, { n: m });
  return m ? fill(words.hMin, { h, m }) : fill(words.h, { n: h });
}

function waitWords(lane) {
  if (lane.stopped) return words.stopped;
  if (lane.likely_s === null || lane.likely_s === undefined) return lane.windows ? "" : words.noWindow;
  if (facts && !facts.open && !facts.numbers) return ""; // nobody can take a number any more
  const likely = Math.max(1, Math.round(lane.likely_s / 60));
  const most = Math.ceil((lane.at_most_s ?? 0) / 60);
  if ((lane.at_most_s ?? lane.likely_s) <= 60) return words.now;
  return most > likely ? fill(words.aboutMost, { n: duration(likely), m: duration(most) }) : fill(words.about, { n: duration(likely) });
}

function drawLanes() {
  let categories = state.categories;
  if (zone) {
    const here = new Set(state.windows.filter((w) => w.zone === zone).flatMap((w) => w.categories));
    categories = categories.filter((c) => here.has(c.code));
  }
  const pages = Math.max(1, Math.ceil(categories.length / LANES_A_PAGE));
  const size = Math.ceil(categories.length / pages);
  const page = turn % pages;
  lanes.replaceChildren(...categories.slice(page * size, page * size + size).map((category) => {
    const lane = laneShape.cloneNode(true);
    lane.children[0].textContent = (english ? category.name_en : category.name) || category.name;
    lane.children[1].textContent = fill(words.people, { n: category.waiting });
    lane.children[2].textContent = waitWords(category);
    return lane;
  }));
  document.getElementById("pages").textContent = pages > 1 ? Array.from({ length: pages }, (_, i) => (i === page ? "●" : "○")).join(" ") : "";
  document.getElementById("waiting").textContent = fill(words.people, { n: categories.reduce((sum, c) => sum + c.waiting, 0) });
}

/** Everybody leaves: one panel instead of numbers, windows and waits. */
function drawOut() {
  const out = facts?.evacuated;
  const panel = document.getElementById("out");
  if (out) [out.leave, out.why, out.stays].forEach((text, i) => { if (panel.children[i].textContent !== text) panel.children[i].textContent = text; });
  panel.hidden = !out;
  for (const part of [rows.parentElement, lanes.parentElement]) part.hidden = Boolean(out);
  if (out) window.speechSynthesis?.cancel();
}

function drawFoot() {
  document.getElementById("clock").textContent = clockWords(hallNow());
  const notices = facts?.notices ?? [];
  document.getElementById("notice").textContent = notices.length ? notices[turn % notices.length] : "";
  const message = document.getElementById("message");
  message.hidden = !facts?.message || Boolean(facts.evacuated);
  message.classList.toggle("is-urgent", Boolean(facts?.out?.length));
  if (message.textContent !== (facts?.message ?? "")) message.textContent = facts?.message ?? "";
}

function draw(newState, newFacts) {
  state = newState;
  facts = newFacts;
  drawFoot();
  drawOut();
  drawLanes();
  drawCalls();
  announceNew();
}

/* ---- announcements: queued, none swallowed, none twice ---- */

const heardKey = `heard:${location.pathname}`;
const heard = new Set((() => { try { return JSON.parse(localStorage.getItem(heardKey)) ?? []; } catch { return []; } })());
let first = true;
const queue = [];
let talking = false;

function announceNew() {
  const fresh = [...state.calls, ...fetchCalls()].filter((call) => !heard.has(keyOf(call)) && (!zone || call.kind === "fetch" || state.windows.some((w) => w.number === call.window && w.zone === zone)));
  for (const call of fresh.reverse()) { // oldest first
    heard.add(keyOf(call));
    // A screen that has just been switched on does not call out what happened before it came.
    const at = state.windows.find((w) => w.number === call.window);
    if (!(first && hallNow() - Date.parse(call.at) > 30000) && !facts?.evacuated && !isOut(at?.zone)) queue.push(call);
  }
  first = false;
  while (heard.size > 200) heard.delete(heard.values().next().value);
  try { localStorage.setItem(heardKey, JSON.stringify([...heard])); } catch { /* then only this page remembers */ }
  if (facts?.evacuated || (!facts?.chime && !facts?.voice)) queue.length = 0;
  if (queue.length && !talking) talk();
}

async function talk() {
  talking = true;
  while (queue.length) {
    const call = queue.shift();
    if (facts.chime) await window.Banshi.chime().catch(() => {});
    if (facts.voice) {
      const number = call.window.replace(/^0+(?=\d)/, "");
      const fetching = call.kind === "fetch";
      const who = call.number.startsWith("…") ? `办件尾号${[...call.number.slice(1)].join(" ")}` : `${call.number}号`;
      const whom = call.number.startsWith("…") ? `Case ending in ${[...call.number.slice(1)].join(" ")}` : `Number ${[...call.number].join(" ")}`;
      await speak(`请${who}到${call.floor ?? ""}${number}号窗口${fetching ? "领取结果" : ""}`, "zh-CN");
      await speak(`${whom}, ${call.floor_en ? `${call.floor_en}, ` : ""}window ${number}, please${fetching ? ", to fetch your result" : ""}`, "en-GB");
    }
  }
  talking = false;
}

function speak(text, lang) {
  return new Promise((done) => {
    if (!window.speechSynthesis) return done();
    const said = new SpeechSynthesisUtterance(text);
    said.lang = lang;
    said.rate = 0.9;
    said.onend = said.onerror = () => done();
    setTimeout(done, 15000); // some engines never say that they have finished
    speechSynthesis.speak(said);
  });
}

/* ---- go ---- */

const watching = watch(draw);
setInterval(() => { document.getElementById("clock").textContent = clockWords(hallNow()); }, 1000);
setInterval(() => { turn += 1; drawFoot(); drawOut(); drawLanes(); drawCalls(); }, TURN);
addEventListener("resize", drawCalls);
beat(zone ? "zone-board" : "board", () => ({ version: watching.state().version, waiting: watching.state().waiting }));
body.dataset.ready = "yes";
