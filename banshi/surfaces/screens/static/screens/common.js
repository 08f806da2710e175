/*
 * What every screen does: show the newest state it knows, say when that is old, keep hall time, tell that it is there.
 * The last state survives a reload (localStorage) and, with worker.js, even a restart while the server is away.
 */
export const body = document.body;
export const english = document.documentElement.lang.startsWith("en");
export const words = document.getElementById("words")?.dataset ?? {};
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const kept = `screen:${location.pathname}${location.search}`;
const embedded = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const stoppedIn = (state) => (state?.categories ?? []).filter((c) => c.stopped).map((c) => c.code).join(" ");
const LINK_LOST_AFTER = 6000;

/* ---- hall time, which may run faster than ours ---- */

const hall = { at: NaN, heard: 0, speed: 1 };
const inHall = new Intl.DateTimeFormat("zh-CN", { hour: "numeric", minute: "2-digit", hour12: false, timeZone: body.dataset.zone || "Asia/Shanghai" });
export const hallNow = () => hall.at + (performance.now() - hall.heard) * hall.speed;
export const clockWords = (moment) => inHall.format(moment).replace(/^0(\d)/, "$1").replace(/^24/, "0");

function setHallTime(at, speed) {
  if (Number.isNaN(at)) return;
  hall.at = at;
  hall.heard = performance.now();
  if (speed !== undefined) hall.speed = speed;
}

/* ---- state ---- */

/**
 * Keep `draw(state, facts)` called with the newest of both.
 * @returns {{state: () => object, facts: () => object}}
 */
export function watch(draw) {
  let state = embedded("state");
  let facts = embedded("facts");
  const remembered = recall();
  // A page that came out of the cache is older than what was kept since.
  if (remembered && remembered.saved > Date.parse(body.dataset.rendered)) ({ state, facts } = remembered);
  setHallTime(Date.parse(facts?.at ?? state.at), facts?.speed);
  setHallTime(Date.parse(state.at));
  const redraw = () => draw(state, facts);
  redraw();

  const stale = document.getElementById("screen-stale");
  const setStale = (on) => {
    if (!stale) return;
    stale.hidden = !on;
    document.documentElement.toggleAttribute("data-is-stale", on);
    if (on) stale.querySelector("b").textContent = clockWords(Date.parse(state.at));
  };
  const live = new window.Banshi.LiveSource(`/live/halls/${encodeURIComponent(body.dataset.hall)}`, {
    on: {
      state: (fresh) => {
        if (typeof fresh !== "object") return;
        // A closure has begun or is over: what the screen says of it is asked for at once, not in its own time.
        const changed = stoppedIn(fresh) !== stoppedIn(state);
        state = fresh;
        setHallTime(Date.parse(state.at));
        setStale(false);
        remember();
        redraw();
        if (changed) refresh();
      },
      ping: () => setStale(false),
    },
    onStale: () => setStale(true),
    onFresh: () => { setStale(false); refresh(); },
  });

  // A cut line shows sooner than a quiet one: no need to wait for the pings to fail.
  let lostSince = 0;
  setInterval(() => {
    if (live.source?.readyState === EventSource.OPEN) { lostSince = 0; return; }
    lostSince ||= performance.now();
    if (performance.now() - lostSince > LINK_LOST_AFTER) {
      setStale(true);
      live.pause = Math.min(live.pause, 4000); // one screen may knock more often than a thousand phones
    }
  }, 1000);

  function remember() {
    try { localStorage.setItem(kept, JSON.stringify({ state, facts, saved: Date.now() })); } catch { /* full or forbidden: the page itself still keeps it */ }
  }
  function recall() {
    try { return JSON.parse(localStorage.getItem(kept)); } catch { return null; }
  }
  let asked = 0;
  async function refresh() {
    const order = ++asked;
    const answer = await fetch(body.dataset.facts).catch(() => null);
    const fresh = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!fresh || order !== asked) return; // a late answer never replaces a newer one
    facts = fresh;
    setHallTime(Date.parse(facts.at), facts.speed);
    remember();
    redraw();
  }
  remember();
  setInterval(refresh, 20000);
  return { state: () => state, facts: () => facts };
}

/* ---- heartbeat ---- */

// A test that the office asks for: shown big, then answered.
function showTest(name) {
  const shown = document.createElement("div");
  shown.className = "device-test";
  shown.setAttribute("role", "status");
  for (const text of ["测试 Test", name, "A001 → 1"]) shown.append(Object.assign(document.createElement("p"), { textContent: text }));
  body.append(shown);
  setTimeout(() => shown.remove(), 8000);
}

export function beat(page, more = () => ({})) {
  const send = (tested) => fetch("/screens/heartbeat", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "" },
    body: JSON.stringify({ device: body.dataset.device, page, language: document.documentElement.lang, width: innerWidth, height: innerHeight, stale: document.documentElement.hasAttribute("data-is-stale"), ...more(), ...(typeof tested === "string" ? { tested } : {}) }),
  }).then((answer) => answer.json()).then((said) => {
    if (said.retired) location.reload(); // the page says so
    if (said.test) { showTest(said.name); send(said.test); }
  }).catch(() => null);
  if (!body.dataset.device) return;
  send();
  setInterval(send, 30000);
}

if ("serviceWorker" in navigator && window.isSecureContext && body.dataset.rendered) {
  navigator.serviceWorker.register("/screens/worker.js", { scope: "/screens/" })
    .then(() => navigator.serviceWorker.ready)
    .then((ready) => ready.active.postMessage({ keep: [location.href, ...performance.getEntriesByType("resource").map((r) => r.name).filter((url) => url.includes("/static/"))] }))
    .catch(() => { /* the screen works without */ });
}
