/* What the citizen's pages do beyond forms: the countdown of a kept place, and a number that is followed. */

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

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
      if (now > 0) { element.textContent = minutes(now); return; }
      clearInterval(timer);
      element.textContent = element.dataset.over;
      element.closest(".note")?.setAttribute("data-tone", "wait");
    };
    const timer = setInterval(tick, 250);
    tick();
  }
}

/** The line that moves: how far this number has come since it was first looked at. */
let first = null;
let shownState = null;
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
      window.Banshi?.say(box.querySelector(".ticket__go")?.textContent.trim() ?? "", { urgent: true });
    }
    scrollTo({ top: 0 });
  }
  shownState = state;
}

countDown(document);
addEventListener("load", follow);
follow();
document.addEventListener("htmx:afterSettle", () => { countDown(document); follow(); });

// The strip starts where the chosen day is.
document.querySelector('.days [aria-current]')?.scrollIntoView({ block: "nearest", inline: "center" });
