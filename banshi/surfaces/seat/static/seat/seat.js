/* A seat that waits: the page's moving part is fetched when the hall's socket says so, and every three seconds where there is
 * none. `a` answers. */

const seat = () => document.querySelector("[data-seat]");
let fetching = false;

async function look() {
  const here = seat();
  if (!here || fetching || here.contains(document.activeElement?.closest("select, textarea, input:not([type=hidden])"))) return;
  fetching = true;
  try {
    const answer = await fetch(here.dataset.seat, { credentials: "same-origin" });
    if (answer.redirected || answer.status === 403) { location.reload(); return; }
    const text = await answer.text();
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("[data-seat]");
    if (!fresh) return;
    const rang = here.dataset.rings;
    if (fresh.dataset.call) { location.assign(fresh.dataset.call); return; }
    const focused = document.activeElement?.closest("[data-seat]") ? document.activeElement.id : "";
    here.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus();
    if (fresh.dataset.rings && fresh.dataset.rings !== rang) {
      window.Banshi?.say(fresh.querySelector("[data-rings-says]")?.innerText ?? "", { urgent: true });
      document.title = `● ${document.title.replace(/^● /, "")}`;
      fresh.querySelector("[data-answers]")?.focus();
    } else if (!fresh.dataset.rings) document.title = document.title.replace(/^● /, "");
  } catch { /* the next look */ } finally { fetching = false; }
}

let open = null;
async function listen() {
  for (;;) {
    try {
      const { ticket } = await (await fetch(seat().dataset.ticket, { headers: { Accept: "application/json" }, credentials: "same-origin" })).json();
      await new Promise((done) => {
        const url = new URL(`${seat().dataset.socket}.${ticket}`, location.href);
        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
        const one = new WebSocket(url);
        one.onmessage = ({ data }) => { open = one; if (JSON.parse(data).kind === "state") look(); };
        one.onclose = () => { open = null; done(); };
      });
    } catch { /* no line: the page is asked for */ }
    await new Promise((done) => { setTimeout(done, 3000); });
  }
}

if (seat()) {
  listen();
  let quiet = 0;
  // The page says that it is there: by its looks, every three seconds, and every thirty where the socket brings what is new.
  setInterval(() => { quiet += 1; if (!open || quiet % 10 === 0) look(); }, 3000);
  addEventListener("keydown", (event) => {
    if (event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const button = document.querySelector("[data-answers]");
    if (button) { event.preventDefault(); button.click(); }
  });
}
