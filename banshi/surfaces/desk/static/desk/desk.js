// How long the person has been in front of me, at the speed of the hall's clock.
const two = (n) => String(Math.floor(n)).padStart(2, "0");
const started = new WeakMap();
setInterval(() => {
  for (const span of document.querySelectorAll("[data-elapsed]")) {
    if (!started.has(span)) started.set(span, performance.now());
    const s = Number(span.dataset.elapsed || 0) + ((performance.now() - started.get(span)) / 1000) * Number(span.dataset.speed || 1);
    const text = s >= 3600 ? `${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}` : `${two(s / 60)}:${two(s % 60)}`;
    if (span.textContent !== text) span.textContent = text;
  }
}, 250);
