/*
 * A video session in the browser: one side of it, the citizen's or the seat's. Texts first, picture and sound where both have
 * them. Nothing typed is lost: what stands in the box and what is under way are kept in this tab until the record has them.
 *
 * <section data-call="seat" data-ref data-news data-say data-signal data-socket data-said data-signals data-state data-media
 *   data-ice data-relay data-word-…> with [data-call-log], form[data-call-say], [data-call-part], [data-call-far],
 *   [data-call-near], [data-call-line], [data-call-sound], [data-call-picture].
 */

document.documentElement.classList.add("js");
const call = document.querySelector("[data-call]");
const side = call?.dataset.call;
const words = { me: call?.dataset.wordMe, citizen: call?.dataset.wordCitizen, seat: call?.dataset.wordSeat, hall: call?.dataset.wordHall,
  picture: call?.dataset.wordPicture, file: call?.dataset.wordFile, again: call?.dataset.wordAgain, pending: call?.dataset.wordPending, refused: call?.dataset.wordRefused };
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const kept = {
  get(name, otherwise) {
    try { return JSON.parse(sessionStorage.getItem(`call-${name}-${call.dataset.ref}`)) ?? otherwise; } catch { return otherwise; }
  },
  set(name, value) {
    try { sessionStorage.setItem(`call-${name}-${call.dataset.ref}`, JSON.stringify(value)); } catch { /* private mode */ }
  },
};
const some = (name) => call?.querySelector(`[data-call-${name}]`);
/* Where the call lies over another page (`data-stays`), that page is never loaded anew because of it: `data-page` is its own. */
const stays = call?.hasAttribute("data-stays");
const own = () => (stays ? call.dataset.here : location.href);
const away = () => { if (stays) document.dispatchEvent(new CustomEvent("call-gone")); };
const random = () => [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");

/* ---- the record ---- */

const log = some("log");
const box = some("say")?.querySelector("textarea, input[name=text]");
const since = { said: Number(call?.dataset.said ?? 0), signal: Number(call?.dataset.signals ?? 0) };
let outbox = call ? kept.get("outbox", []) : [];

function draw(line, mark = "") {
  let row = line.key && log.querySelector(`[data-key="${CSS.escape(line.key)}"]`);
  if (!row) {
    row = document.createElement("li");
    row.className = "said";
    if (line.key) row.dataset.key = line.key;
    row.dataset.by = line.by === side ? "me" : line.by;
    const who = document.createElement("span");
    who.className = "said__who small muted";
    who.textContent = words[line.by === side ? "me" : line.by] ?? "";
    const text = document.createElement("p");
    text.className = "said__text";
    write(text, line);
    const state = document.createElement("span");
    state.className = "said__state small muted";
    row.append(who, text, state);
    log.append(row);
    row.scrollIntoView({ block: "nearest" });
  }
  if (line.file && line.n) write(row.querySelector(".said__text"), line);
  row.querySelector(".said__state").textContent = mark || (line.at ?? "");
  row.toggleAttribute("data-pending", Boolean(mark));
  call.querySelector("[data-call-nothing]")?.setAttribute("hidden", "");
}

/** What a line says: words, or a picture or file that has come – at a machine, which opens nothing beside its page, to look at alone. */
function write(text, line) {
  text.textContent = line.text;
  if (!line.file || !line.n) return;
  text.classList.add("said__file");
  const where = `${call.dataset.files}/${line.n}`;
  if (line.file === "picture") {
    const picture = document.createElement("img");
    picture.src = `${where}?small`;
    picture.alt = `${words.picture} ${line.text}`;
    text.replaceChildren(picture);
  }
  if (stays) return;
  const link = document.createElement("a");
  link.href = where;
  link.target = "_blank";
  link.rel = "noopener";
  link.append(...text.childNodes);
  text.replaceChildren(link);
}

function heardSaid(line) {
  if (line.n <= since.said) return;
  since.said = line.n;
  if (outbox.some((each) => each.key === line.key)) settle(line.key);
  draw(line);
  if (line.by !== side) window.Banshi?.say(line.file ? `${words[line.file]} ${line.text}` : line.text);
  if (line.file && line.by === "citizen" && side === "seat") showPart("sent");
}

function settle(key) {
  outbox = outbox.filter((each) => each.key !== key);
  kept.set("outbox", outbox);
}

let delivering = false;
/** Send what is not in the record yet, in order; what has no way now stays, and is sent when there is one. */
async function deliver() {
  if (delivering) return;
  delivering = true;
  try {
    while (outbox.length) {
      const { key, text } = outbox[0];
      const answer = await post(call.dataset.say, { key, text });
      if (answer === null || answer.status >= 500 || answer.status === 429) return;
      const told = answer.ok ? await answer.json().catch(() => ({})) : {};
      settle(key);
      if (answer.ok && told.n) { draw({ ...told, key, text, by: side }); continue; }
      log.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove();
      if (box && !box.value) box.value = text; // refused: it stands in the box again
      const why = await answer.json().catch(() => null);
      window.Banshi?.toast(why?.title ?? words.refused, "urgent");
      catchUp();
    }
  } finally {
    delivering = false;
  }
}

/* Files that were chosen and are not in the record yet: sent one after the other, again when the line is back. They are kept in no
 * storage of the browser: a page that is left forgets them, and says so before. */
const parcels = [];
let carrying = false;

function chosen(event) {
  const form = some("file");
  for (const file of event.target.files) {
    const parcel = { key: random(), file };
    parcels.push(parcel);
    draw({ key: parcel.key, text: file.name, by: side }, words.pending);
  }
  form.reset();
  carry();
}

async function carry() {
  if (carrying) return;
  carrying = true;
  try {
    while (parcels.length) {
      const { key, file } = parcels[0];
      const fields = new FormData();
      fields.append("key", key);
      fields.append("file", file);
      const answer = await post(call.dataset.file, fields);
      if (answer === null || answer.status >= 500) { draw({ key, text: file.name, by: side }, words.again); return; }
      if (answer.status === 429) { await pause(5000); continue; }
      parcels.shift();
      const told = await answer.json().catch(() => ({}));
      if (answer.ok && told.n) { draw({ ...told, by: side }); continue; }
      log.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove();
      window.Banshi?.toast([told.title ?? words.refused, told.detail].filter(Boolean).join(" "), "urgent");
    }
  } finally {
    carrying = false;
  }
}

/** The answer, or null where there was none. :param fields: of a form, or a form with a file. */
async function post(url, fields) {
  try {
    return await fetch(url, {
      method: "POST", body: fields instanceof FormData ? fields : new URLSearchParams(fields), credentials: "same-origin",
      headers: { "X-CSRFToken": window.Banshi?.csrf() ?? "", Accept: "application/json" },
    });
  } catch { return null; }
}

/* A form whose answer is a part of this page: sent beside it, so that picture and sound do not break off. */
document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-call-quiet]");
  if (!form || !call) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const answer = await post(form.action, Object.fromEntries(new FormData(form)));
  if (!answer?.ok) {
    const why = await answer?.json().catch(() => null);
    window.Banshi?.toast(why?.title ?? words.refused, "urgent");
  }
  await showPart("folder");
}, true);

function sayIt(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  const text = box.value.trim();
  if (!text) return;
  const line = { key: random(), text };
  outbox.push(line);
  kept.set("outbox", outbox);
  draw({ ...line, by: side }, words.pending);
  box.value = "";
  kept.set("draft", "");
  box.focus();
  deliver();
}

/* ---- news: by socket, and by asking where there is none ---- */

let socket = null;
let ticket = "";
let over = call?.dataset.state === "ended";
let state = call?.dataset.state;
let leaving = false; // a form of this page is under way: its answer is the next page
let heardAt = Date.now();
let again = 500;

const asked = () => `said=${since.said}&signal=${since.signal}`;

function take(told) {
  heardAt = Date.now();
  if (told.kind === "state") moved(told);
  if (told.kind === "said") heardSaid(told);
  if (told.kind === "signal" && told.n > since.signal) {
    since.signal = told.n;
    queue(told);
  }
}

/** Ask the page's own address: news, and a ticket for the socket. False where there is no way. */
async function catchUp() {
  try {
    const answer = await fetch(`${call.dataset.news}?${asked()}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    // Signed out, or the call is another's by now.
    if (answer.redirected || [403, 404, 409].includes(answer.status)) {
      over = true;
      peer.stop();
      if (stays) away(); else if (answer.redirected) location.reload(); else location.assign(call.dataset.gone);
      return false;
    }
    if (!answer.ok) return false;
    const told = await answer.json();
    ticket = told.ticket;
    for (const line of told.lines) take(line);
    take({ kind: "state", ...told.state });
    return true;
  } catch { return false; }
}

function open() {
  return new Promise((done) => {
    const url = new URL(`${call.dataset.socket}.${ticket}?${asked()}`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    let one;
    try { one = new WebSocket(url); } catch { done(); return; }
    const slow = setTimeout(() => one.close(), 4000); // a proxy that swallows it
    one.onmessage = ({ data }) => {
      clearTimeout(slow);
      socket = one;
      again = 500;
      lineIs(true);
      take(JSON.parse(data));
    };
    one.onclose = () => { clearTimeout(slow); if (socket === one) socket = null; done(); };
  });
}

/** Keep a socket open; while there is none, ask every three seconds. Comes back by itself within five. */
async function listen() {
  while (!over) {
    if (await catchUp()) {
      lineIs(true);
      deliver();
      if (over) return;
      await open();
      if (over) return;
    } else lineIs(false);
    await pause(again * (0.75 + Math.random() / 2));
    again = Math.min(again * 2, 3000);
  }
}

function lineIs(up) {
  const banner = some("line");
  if (banner) banner.hidden = up;
  if (up && outbox.length) deliver();
  if (up && parcels.length) carry();
}

async function moved(told) {
  if (some("ahead") && told.ahead !== undefined) some("ahead").textContent = told.ahead;
  if (some("minutes") && told.minutes !== undefined) {
    const unknown = told.minutes === null;
    if (!unknown) some("minutes").textContent = Math.max(1, told.minutes);
    some("known").hidden = unknown;
    some("unknown").hidden = !unknown;
  }
  if (told.folder !== undefined && told.folder !== call.dataset.folder) {
    call.dataset.folder = told.folder;
    if (told.state === state) await showPart("folder");
  }
  if (told.papers !== undefined && told.papers !== call.dataset.papers) {
    call.dataset.papers = told.papers;
    if (told.state === state) await showPart("papers");
  }
  if (told.hand !== undefined && told.hand !== call.dataset.hand) {
    call.dataset.hand = told.hand;
    document.dispatchEvent(new CustomEvent("call-hand"));
    if (told.state === state) await showPart("hand");
  }
  if (told.recording !== undefined && told.recording !== call.dataset.recording) {
    call.dataset.recording = told.recording;
    document.dispatchEvent(new CustomEvent("call-recording"));
  }
  if (told.state === state) return;
  const before = state;
  state = told.state;
  call.dataset.state = state;
  if (state === "ended" || before === "ended") {
    over = true;
    peer.stop();
    socket?.close();
    if (stays) { redraw(); document.dispatchEvent(new CustomEvent("call-over")); } else if (!leaving) location.reload();
    return;
  }
  await redraw();
  if (state === "talking") peer.start();
  else peer.stop();
}

/** A part of the page read anew – the folder, the hand: the rest, what is typed in it, and whatever has the focus, stays. */
async function showPart(name) {
  if (!document.querySelector(`[data-call-${name}]`)) return;
  try {
    const answer = await fetch(own(), { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(`[data-call-${name}]`);
    const shown = document.querySelector(`[data-call-${name}]`);
    if (!fresh || !shown) return;
    const typed = [...shown.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((each) => each.id).map((each) => [each.id, each.value]);
    const focus = shown.contains(document.activeElement) ? document.activeElement.id : "";
    shown.replaceChildren(...fresh.childNodes);
    for (const [id, value] of typed) { const field = document.getElementById(id); if (field && value) field.value = value; }
    if (focus) document.getElementById(focus)?.focus();
    window.htmx?.process(shown);
  } catch { /* the next change brings it */ }
}

async function redraw() {
  const part = some("part");
  if (!part) return;
  try {
    const answer = await fetch(own(), { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-call-part]");
    if (!fresh) { if (stays) away(); else location.reload(); return; }
    part.replaceChildren(...fresh.childNodes);
    call.dataset.ice = page.querySelector("[data-call]").dataset.ice;
    window.Banshi?.say(part.innerText.trim().split("\n")[0]);
  } catch { /* the next state, or the line's return, brings it */ }
}

/* ---- picture and sound ----
 * The seat offers. The citizen says `bye {peer}` – "I begin anew, and this is me" – whenever its page opens or its line broke;
 * the seat says `bye {again}` when its own did. Whichever comes last counts: two pages that were opened anew find each other.
 */

let handled = Promise.resolve();
const queue = (signal) => { handled = handled.then(() => peer.hear(signal)).catch(() => peer.broke()); };

async function tell(kind, body) {
  if (socket?.readyState === WebSocket.OPEN) { socket.send(JSON.stringify({ kind, body })); return; }
  await post(call.dataset.signal, { kind, body: JSON.stringify(body) });
}

const peer = {
  me: "", call: "", other: "", pc: null, stream: null, early: [], anewAt: 0, started: false,

  async start() {
    if (this.started || !window.RTCPeerConnection) return;
    this.started = true;
    await this.media();
    this.begin();
  },

  /** Camera and microphone, as far as they are there and allowed: without both one still sees and hears the other. */
  async media() {
    const wants = call.dataset.media;
    if (this.stream || wants === "text" || !navigator.mediaDevices?.getUserMedia) { this.show(); return; }
    const picture = { width: { ideal: 640 }, height: { ideal: 480 } };
    const tries = wants === "video" ? [{ audio: true, video: picture }, { audio: true }, { video: picture }] : [{ audio: true }];
    for (const wanted of tries) {
      try { this.stream = await navigator.mediaDevices.getUserMedia(wanted); break; } catch { /* the next, or none */ }
    }
    this.show();
  },

  show() {
    const near = some("near");
    const sees = Boolean(this.stream?.getVideoTracks().length);
    if (near) { near.srcObject = this.stream; near.hidden = !sees; }
    for (const [name, tracks] of [["sound", this.stream?.getAudioTracks()], ["picture", this.stream?.getVideoTracks()]]) {
      const button = some(name);
      if (button) button.hidden = !tracks?.length;
    }
    const none = some("no-media");
    if (none) none.hidden = Boolean(this.stream) || call.dataset.media === "text";
  },

  begin() {
    this.anewAt = Date.now();
    this.close();
    if (side === "seat") { tell("bye", { again: true }); return; }
    this.me = random();
    tell("bye", { peer: this.me });
  },

  broke() {
    if (!this.started || over) return;
    const wait = Math.max(0, 2000 - (Date.now() - this.anewAt));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (this.started && !over) this.begin(); }, wait);
  },

  async hear({ name: kind, body }) {
    if (!this.started) return;
    if (kind === "bye" && side === "seat" && body.peer) { this.other = body.peer; await this.offer(); }
    if (kind === "bye" && side === "citizen" && body.again) this.begin();
    if (kind === "offer" && side === "citizen" && body.to === this.me) await this.answer(body);
    if (kind === "answer" && body.call === this.call && this.pc?.signalingState === "have-local-offer") {
      await this.pc.setRemoteDescription(body.description);
      await this.drain();
    }
    if (kind === "candidate" && body.call === this.call && this.pc) {
      if (this.pc.remoteDescription) await this.pc.addIceCandidate(body.candidate).catch(() => {});
      else this.early.push(body.candidate);
    }
  },

  make(id) {
    this.close();
    this.call = id;
    const relay = call.dataset.relay === "1" ? "relay" : "all";
    const pc = new RTCPeerConnection({ iceServers: JSON.parse(call.dataset.ice || "[]"), iceTransportPolicy: relay });
    this.pc = pc;
    pc.onicecandidate = ({ candidate }) => { if (candidate && pc === this.pc) tell("candidate", { call: id, candidate: candidate.toJSON() }); };
    pc.ontrack = ({ streams, track }) => {
      const far = some("far");
      far.srcObject = streams[0] ?? new MediaStream([...(far.srcObject?.getTracks() ?? []), track]);
      far.hidden = false;
      far.play().catch((no) => { if (no.name === "NotAllowedError") some("hear").hidden = false; });
    };
    pc.onconnectionstatechange = () => {
      if (pc !== this.pc) return;
      call.dataset.peer = pc.connectionState;
      const waits = some("connecting");
      if (waits) waits.hidden = pc.connectionState === "connected";
      if (pc.connectionState === "failed") this.broke();
      if (pc.connectionState === "disconnected") setTimeout(() => { if (pc === this.pc && pc.connectionState !== "connected") this.broke(); }, 3000);
    };
    for (const track of this.stream?.getTracks() ?? []) pc.addTrack(track, this.stream);
    return pc;
  },

  async offer() {
    const pc = this.make(random());
    const sends = new Set(this.stream?.getTracks().map((track) => track.kind));
    for (const kind of ["audio", "video"]) if (!sends.has(kind)) pc.addTransceiver(kind, { direction: "recvonly" });
    await pc.setLocalDescription();
    await tell("offer", { to: this.other, call: this.call, description: pc.localDescription.toJSON() });
  },

  async answer({ call: id, description }) {
    const pc = this.make(id);
    await pc.setRemoteDescription(description);
    await pc.setLocalDescription();
    await tell("answer", { call: id, description: pc.localDescription.toJSON() });
    await this.drain();
  },

  async drain() {
    for (const candidate of this.early.splice(0)) await this.pc.addIceCandidate(candidate).catch(() => {});
  },

  close() {
    this.pc?.close();
    this.pc = null;
    this.early = [];
    const far = some("far");
    if (far) far.srcObject = null;
  },

  stop() {
    this.started = false;
    clearTimeout(this.timer);
    this.close();
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  },

  turn(kind, button) {
    const tracks = kind === "sound" ? this.stream?.getAudioTracks() : this.stream?.getVideoTracks();
    const on = button.getAttribute("aria-pressed") === "true";
    for (const track of tracks ?? []) track.enabled = !on;
    button.setAttribute("aria-pressed", String(!on));
  },
};

/* ---- lobby: does the camera see, does the microphone hear ---- */

async function tryOut(lobby) {
  const says = (name) => { for (const each of lobby.querySelectorAll("[data-try-says]")) each.hidden = each.dataset.trySays !== name; };
  if (!navigator.mediaDevices?.getUserMedia) { says("none"); return; }
  let stream = null;
  for (const wanted of [{ audio: true, video: true }, { audio: true }, { video: true }]) {
    try { stream = await navigator.mediaDevices.getUserMedia(wanted); break; } catch { /* the next, or none */ }
  }
  if (!stream) { says("none"); return; }
  const picture = lobby.querySelector("video");
  picture.srcObject = stream;
  picture.hidden = !stream.getVideoTracks().length;
  says(stream.getVideoTracks().length ? "both" : "voice");
  if (!stream.getAudioTracks().length) { says("picture"); return; }
  const meter = lobby.querySelector("meter");
  meter.hidden = false;
  const context = new AudioContext();
  const ears = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(ears);
  const heard = new Uint8Array(ears.fftSize);
  const look = setInterval(() => {
    ears.getByteTimeDomainData(heard);
    meter.value = Math.min(1, Math.max(...heard.map((b) => Math.abs(b - 128))) / 64);
  }, 100);
  addEventListener("pagehide", () => { clearInterval(look); for (const track of stream.getTracks()) track.stop(); }, { once: true });
}

const lobby = document.querySelector("[data-try]");
lobby?.querySelector("[data-try-begin]")?.addEventListener("click", (event) => {
  event.currentTarget.hidden = true;
  tryOut(lobby);
});
if (lobby) lobby.hidden = false;

/* ---- begin ---- */

if (call && !over) {
  for (const line of outbox) draw({ ...line, by: side }, words.pending);
  if (box) {
    box.value = box.value || kept.get("draft", "");
    box.addEventListener("input", () => kept.set("draft", box.value));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); some("say").requestSubmit(); }
    });
    some("say").addEventListener("submit", sayIt, true);
  }
  if (some("file")) {
    call.dataset.file = some("file").getAttribute("action");
    some("file").addEventListener("change", chosen);
    addEventListener("beforeunload", (event) => { if (parcels.length) event.preventDefault(); });
  }
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  for (const kind of ["sound", "picture"]) some(kind)?.addEventListener("click", (event) => peer.turn(kind, event.currentTarget));
  some("hear")?.addEventListener("click", (event) => { some("far").play(); event.currentTarget.hidden = true; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !socket) again = 500; });
  addEventListener("online", () => { again = 500; catchUp(); deliver(); });
  addEventListener("offline", () => lineIs(false));
  // A line that is gone without a word: the server says something every ten seconds.
  setInterval(() => { if (socket && Date.now() - heardAt > 25_000) { lineIs(false); socket.close(); socket = null; } }, 2000);
  addEventListener("pagehide", () => peer.stop());
  if (state === "talking") peer.start();
  listen();
} else if (call) {
  kept.set("outbox", []);
  kept.set("draft", "");
}
