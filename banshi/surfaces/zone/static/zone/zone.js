/* The door: a reader that types, a pad, the way back, and a word of our own where there is no connection. */
const body = document.body;
const reader = document.querySelector("[data-reader]");

if (reader) {
  if (!document.activeElement || document.activeElement === body) reader.focus({ preventScroll: true });
  addEventListener("keydown", (event) => {
    if (event.target === reader || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input:not([type=radio]), textarea, select")) return;
    if (event.key.length === 1 && event.key !== " ") reader.focus({ preventScroll: true }); // the key itself lands there
    else if (event.key === "Enter" && reader.value) { event.preventDefault(); reader.form.requestSubmit(); }
  }, true);
  // Chip readers put number and name apart with a tab, which must not move on to the next field.
  reader.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || reader.value.length < 8) return;
    event.preventDefault();
    reader.setRangeText("\t", reader.selectionStart, reader.selectionEnd, "end");
  });
  // A driver that does not type hands it over as an event: new CustomEvent("card", { detail: "BC1|…" }).
  document.addEventListener("card", (event) => {
    if (typeof event.detail !== "string") return;
    reader.value = event.detail;
    reader.form.requestSubmit();
  });
}

for (const pad of document.querySelectorAll("[data-pad]")) {
  const field = document.getElementById(pad.dataset.pad);
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("button");
    if (!key) return;
    if ("delete" in key.dataset) field.value = field.value.slice(0, -1);
    else if (field.value.length < field.maxLength) field.value += key.dataset.type;
  });
}

/* Nothing of anybody left behind: back to the start, and no page of before in memory. */
const back = Number(body.dataset.back);
if (back) {
  let leaving;
  const again = () => { clearTimeout(leaving); leaving = setTimeout(() => location.replace(body.dataset.start), back * 1000); };
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, again, { passive: true });
  again();
}
addEventListener("pageshow", (event) => { if (event.persisted) location.replace(body.dataset.start); });
addEventListener("contextmenu", (event) => event.preventDefault());

/* No connection: going out works as ever, and the page says so. */
const away = document.getElementById("away");
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, () => { away.hidden = false; });
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  // What the door asks for has changed: the form with it.
  const shown = document.querySelector("#now .zone-now")?.dataset.mode;
  if (!away.hidden || (shown && shown !== mode)) location.replace(body.dataset.start);
});
const mode = document.querySelector("#now .zone-now")?.dataset.mode;

/* There, every half minute, as other devices are. */
const beat = () => fetch(body.dataset.heartbeat, {
  method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
  body: JSON.stringify({ device: body.dataset.device, page: "door", width: innerWidth, height: innerHeight }),
}).catch(() => { /* the next one */ });
if (body.dataset.device) { beat(); setInterval(beat, 30000); }
