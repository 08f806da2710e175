/* The display above a window: what is served here, and who should be at it. */
import { beat, body, watch, words } from "./common.js";

const face = document.getElementById("window");

function draw(state, facts) {
  const mine = state.windows.find((w) => w.code === face.dataset.window);
  if (!mine) return;
  const at = mine.state === "emergency" ? "paused" : mine.state; // what happens at the window is not for the hall to read
  face.dataset.state = at;
  face.classList.toggle("is-called", at === "called");
  const out = facts?.evacuated || facts?.out?.includes(mine.zone);
  face.classList.toggle("is-out", Boolean(out));
  if (out) face.classList.remove("is-called");
  document.getElementById("now").textContent = out ? "" : mine.ticket || "";
  document.getElementById("says").textContent = out ? (facts.evacuated?.leave ?? facts.message) : (at === "idle" && facts?.stopped ? words.stopped : words[at]) ?? "";
}

const watching = watch(draw);
beat("window", () => ({ version: watching.state().version }));
body.dataset.ready = "yes";
