/*
 * The kiosk's answer while nothing answers: a page in two languages instead of the browser's own, and a form that was on
 * its way is sent again until it is heard. The same form is carried out once (foundation/once.py), so nobody gets two numbers.
 */
const STORE = "kiosk-1";
const AWAY = "/kiosk/away";
const SLOW = 8000; // a page that takes longer is away
const PATIENCE = 90000; // how long a form that got no answer is sent again
const PAUSE = 2000;
const GONE = [502, 503, 504];

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => { if (event.data === "keep") event.waitUntil(keep().catch(() => { /* the one kept before will do */ })); });
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith("/kiosk/")) event.respondWith(request.method === "POST" ? heard(request) : shown(request));
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(fetch(request).catch(() => kept(request)));
});

/** The page and what it is drawn with, as they are now; all or nothing. */
async function keep() {
  const page = await fetch(AWAY, { cache: "reload" });
  if (!page.ok) throw new Error("no page to keep");
  const parts = (await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g);
  const store = await caches.open(STORE);
  await store.addAll([...new Set([...parts].map((part) => part[1]))]);
  await store.put(AWAY, page);
}

async function kept(request) {
  return (await (await caches.open(STORE)).match(request, { ignoreVary: true })) ?? Response.error();
}

async function shown(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(SLOW) });
    if (!GONE.includes(answer.status)) return answer;
  } catch { /* away, or too slow */ }
  return kept(AWAY);
}

async function heard(request) {
  const again = {
    method: "POST",
    body: await request.arrayBuffer(),
    headers: { "Content-Type": request.headers.get("Content-Type"), Accept: "text/html" },
    redirect: "manual",
    referrer: request.referrer,
  };
  for (const until = Date.now() + PATIENCE; Date.now() < until; await new Promise((wait) => setTimeout(wait, PAUSE))) {
    try {
      const answer = await fetch(request.url, { ...again, signal: AbortSignal.timeout(SLOW * 2) });
      if (!GONE.includes(answer.status)) return answer;
    } catch { /* not heard, or the answer was lost: the same form again */ }
  }
  return kept(AWAY);
}
