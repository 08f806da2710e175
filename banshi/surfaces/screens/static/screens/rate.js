/* The evaluator: asks after a service, takes one tap, and some words if somebody likes to add them. */
import { beat, body, words } from "./common.js";

const box = document.getElementById("rate");
const THANKS = 6000; // how long the words stay to be tapped; then the rating is sent with what was tapped
const ASKING = 60000;
const UNSENT = "ratings-unsent";
const AGAIN = 2000; // after a question that got no answer
const LONGEST = 10000; // an answer that takes longer is asked for again
let mine = "";
let pending = null;
let timer;
let asked = 0;
let again;

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const unsent = () => { try { return JSON.parse(localStorage.getItem(UNSENT)) ?? []; } catch { return []; } };
const keep = (list) => { try { localStorage.setItem(UNSENT, JSON.stringify(list.slice(-50))); } catch { /* then it is lost with the page */ } };

/** What the window asks now. Only the newest question's answer counts, and one that got none is asked again. */
async function refresh() {
  const order = ++asked;
  clearTimeout(again);
  const answer = await fetch(body.dataset.part, { signal: AbortSignal.timeout(LONGEST) }).catch(() => null);
  const text = answer?.ok ? await answer.text().catch(() => null) : null;
  if (order !== asked || pending) return;
  if (text === null) { again = setTimeout(refresh, AGAIN); return; }
  if (text === box.dataset.text) return;
  box.dataset.text = text;
  // Markup of our own server, from the same template as the page.
  box.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  clearTimeout(timer);
  if (box.querySelector("[data-ask]")) timer = setTimeout(refresh, ASKING);
}

async function send({ url, stars, tags }) {
  const form = new FormData();
  form.append("stars", stars);
  for (const tag of tags) form.append("tags", tag);
  try {
    const answer = await fetch(url, { method: "POST", body: form, headers: { "X-CSRFToken": csrf() }, keepalive: true });
    return answer.status < 500; // a refusal (rated already, too late) will not change by asking again
  } catch {
    return false;
  }
}

async function finish() {
  clearTimeout(timer);
  const rating = pending;
  pending = null;
  if (rating && !(await send(rating))) {
    keep([...unsent(), rating]);
    window.Banshi.toast(words.failed, "wait");
  }
  if (rating && body.dataset.backTo) location.replace(body.dataset.backTo); // the next person starts in the hall's language
  else await refresh();
}

box.addEventListener("submit", (event) => event.preventDefault());
box.addEventListener("click", (event) => {
  const tag = event.target.closest("[data-tag]");
  if (tag && pending) {
    const on = tag.getAttribute("aria-pressed") !== "true";
    tag.setAttribute("aria-pressed", String(on));
    pending.tags = on ? [...pending.tags, tag.dataset.tag] : pending.tags.filter((t) => t !== tag.dataset.tag);
    clearTimeout(timer);
    timer = setTimeout(finish, THANKS);
  } else if (event.target.closest("[data-finish]")) {
    finish();
  } else {
    const face = event.target.closest("[data-stars]");
    const ask = event.target.closest("[data-ask]");
    if (!face || !ask) return;
    event.preventDefault();
    pending = { url: ask.getAttribute("action"), stars: face.dataset.stars, tags: [] };
    ask.hidden = true;
    box.querySelector(`[data-thanks="${face.dataset.stars}"]`).hidden = false;
    clearTimeout(timer);
    timer = setTimeout(finish, THANKS);
  }
});
// Whoever chose their language and left: the next person finds the hall's own.
let leaves;
function stays() {
  clearTimeout(leaves);
  leaves = setTimeout(() => { if (!pending) location.replace(body.dataset.backTo); }, ASKING);
}
if (body.dataset.backTo) { addEventListener("pointerdown", stays); stays(); }
addEventListener("pagehide", () => { if (pending) send(pending); });

new window.Banshi.LiveSource(`/live/halls/${encodeURIComponent(body.dataset.hall)}`, {
  on: {
    state: (state) => {
      const at = state.windows?.find((w) => w.code === body.dataset.window);
      // A short visit may begin and end between two words of the stream: its id still tells.
      const word = at ? `${at.state} ${at.ticket} ${at.visit}` : "";
      if (word === mine) return;
      mine = word;
      if (pending && at?.state === "serving") finish(); // the next person sits down: what was tapped goes off now
      else refresh();
    },
  },
});
setInterval(async () => {
  const waiting = unsent();
  if (!waiting.length) return;
  const left = [];
  for (const rating of waiting) if (!(await send(rating))) left.push(rating);
  keep(left);
}, 20000);
setInterval(refresh, 30000);
beat("evaluator");
body.dataset.ready = "yes";
