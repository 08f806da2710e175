/*
 * A call's recording in the browser. Both sides: the question, the mark and its key, read anew when the call says that something
 * moved (`call-recording`). The seat's: while it runs, picture and sound of both sides, cut every few seconds and sent in order;
 * what has no way now stays, and is sent when there is one.
 *
 * [data-call-recording] with form[data-recording], and for the seat [data-recording-runs] with data-next and data-to.
 */
const EVERY_MS = 4000;
const MOST_TRIES = 3; // to go on where the server says the next one is
const KINDS = { video: ["video/webm;codecs=vp8,opus", "video/webm"], audio: ["audio/webm;codecs=opus", "audio/webm"] };

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const call = () => document.querySelector("[data-call]");
const box = () => document.querySelector("[data-call-recording]");
const headers = () => ({ "X-CSRFToken": window.Banshi?.csrf() ?? "", Accept: "application/json" });

async function post(url, body) {
  try { return await fetch(url, { method: "POST", body, credentials: "same-origin", headers: headers() }); } catch { return null; }
}

/** The question, the mark or nothing, as the server has it now; what is typed stays. */
async function redraw() {
  if (!box()) return;
  const own = call().hasAttribute("data-stays") ? call().dataset.here : location.href;
  try {
    const answer = await fetch(own, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-call-recording]");
    if (!fresh || !box()) return;
    const typed = box().querySelector("[name=purpose]")?.value ?? "";
    box().replaceChildren(...fresh.childNodes);
    const field = box().querySelector("[name=purpose]");
    if (field && typed) field.value = typed;
    const says = box().querySelector("[role=alert], [role=status]");
    if (says) window.Banshi?.say(says.innerText.trim().split("\n")[0]);
  } catch { /* the next change brings it */ }
  follow();
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-recording]");
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // the page stays: the call goes on in it
  const said = new FormData(form, event.submitter);
  if (said.get("said") === "stop") await finish();
  const answer = await post(form.action, new URLSearchParams(said));
  if (!answer?.ok) {
    const why = await answer?.json().catch(() => null);
    window.Banshi?.toast(why?.title ?? call()?.dataset.wordRefused ?? "", "urgent");
  }
  await redraw();
}, true);

document.addEventListener("call-recording", redraw);

/* ---- the seat records ---- */

const track = { ref: "", no: 0, recorder: null, of: "", queue: [], sending: false, context: null, watch: 0 };

/** Pictures and sounds of both sides that are there now. */
function live() {
  const streams = ["far", "near"].map((name) => document.querySelector(`[data-call-${name}]`)?.srcObject).filter(Boolean);
  const tracks = (kind) => streams.flatMap((each) => each.getTracks()).filter((each) => each.kind === kind && each.readyState === "live");
  return { audio: tracks("audio"), video: tracks("video")[0] ?? null };
}

/** Everything heard, mixed, and the other's picture – one's own where there is none. */
function mixed({ audio, video }) {
  track.context ??= new AudioContext();
  track.context.resume();
  const into = track.context.createMediaStreamDestination();
  for (const each of audio) track.context.createMediaStreamSource(new MediaStream([each])).connect(into);
  return new MediaStream([...into.stream.getAudioTracks(), ...(video ? [video] : [])]);
}

/** Begin, end, or begin anew where a side's stream is another by now: a new part then. */
function follow() {
  const runs = box()?.querySelector("[data-recording-runs]");
  const none = box()?.querySelector("[data-recording-none]");
  const able = Boolean(window.MediaRecorder && window.AudioContext);
  if (none) none.hidden = able;
  if (!able) { box()?.querySelector("[data-recording-ask]")?.remove(); return; }
  if (!runs) { halt(); return; }
  if (track.ref !== runs.dataset.recordingRuns) {
    halt();
    Object.assign(track, { ref: runs.dataset.recordingRuns, no: Number(runs.dataset.next), queue: [] });
    track.watch = setInterval(attend, 1000);
  }
  attend();
}

function attend() {
  const now = live();
  const of = [...now.audio, now.video].filter(Boolean).map((each) => each.id).join(" ");
  if (of === track.of && track.recorder?.state === "recording") return;
  if (track.recorder?.state === "recording") track.recorder.stop();
  track.recorder = null;
  track.of = of;
  if (!of || !track.ref) return;
  const kind = KINDS[now.video ? "video" : "audio"].find((each) => MediaRecorder.isTypeSupported(each));
  if (!kind) { box()?.querySelector("[data-recording-none]")?.removeAttribute("hidden"); return; }
  const recorder = new MediaRecorder(mixed(now), { mimeType: kind, videoBitsPerSecond: 400_000, audioBitsPerSecond: 32_000 });
  const ref = track.ref;
  let anew = "1";
  recorder.ondataavailable = ({ data }) => {
    if (!data.size || ref !== track.ref) return;
    track.queue.push({ data, anew });
    anew = "";
    send();
  };
  recorder.start(EVERY_MS);
  track.recorder = recorder;
}

function halt() {
  clearInterval(track.watch);
  if (track.recorder?.state === "recording") track.recorder.stop();
  Object.assign(track, { ref: "", of: "", recorder: null, queue: [] });
}

/** The last seconds are cut and sent before it is stopped here. */
async function finish() {
  if (track.recorder?.state !== "recording") return;
  clearInterval(track.watch);
  const cut = new Promise((done) => { track.recorder.addEventListener("stop", done, { once: true }); });
  track.recorder.stop();
  await Promise.race([cut, pause(1000)]);
  for (let waited = 0; track.queue.length && waited < 3000; waited += 100) await pause(100);
}

async function send() {
  if (track.sending) return;
  track.sending = true;
  const ref = track.ref;
  let tries = 0;
  try {
    while (track.queue.length && track.ref === ref) {
      const runs = box()?.querySelector("[data-recording-runs]");
      if (!runs) return;
      const { data, anew } = track.queue[0];
      const body = new FormData();
      for (const [name, value] of Object.entries({ no: track.no, anew, recording: ref })) body.set(name, value);
      body.set("chunk", data, "chunk.webm");
      const answer = await post(runs.dataset.to, body);
      if (answer === null || answer.status >= 500 || answer.status === 429) { await pause(2000); continue; }
      if (!answer.ok) {
        tries += 1;
        await redraw(); // consent is gone – or a page before this one sent on: then it goes on from there
        const next = box()?.querySelector("[data-recording-runs]")?.dataset.next;
        if (track.ref !== ref || next === undefined || tries > MOST_TRIES) { halt(); return; }
        track.no = Number(next);
        continue;
      }
      tries = 0;
      const told = await answer.json().catch(() => ({}));
      track.queue.shift();
      track.no = told.next ?? track.no + 1;
      if (told.runs === false) { await redraw(); return; }
    }
  } finally {
    track.sending = false;
  }
}

follow();
