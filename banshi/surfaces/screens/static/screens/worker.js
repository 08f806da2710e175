/* Brings a screen back while the server is away: the network first, else the page as it was last seen. */
const STORE = "screens-1";
const WAIT = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  // The page that installed us was loaded before we could see it.
  if (event.data?.keep) event.waitUntil(caches.open(STORE).then((store) => Promise.allSettled(event.data.keep.map((url) => store.add(url)))));
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = event.request.mode === "navigate" ? url.pathname.startsWith("/screens/") : url.pathname.startsWith("/static/");
  if (event.request.method !== "GET" || url.origin !== location.origin || !ours) return;
  event.respondWith(networkFirst(event.request));
});

async function networkFirst(request) {
  const store = await caches.open(STORE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT) });
    if (answer.ok) await store.put(request, answer.clone());
    if (answer.status < 500) return answer;
  } catch { /* away, or too slow */ }
  return (await store.match(request, { ignoreVary: true })) ?? Response.error();
}
