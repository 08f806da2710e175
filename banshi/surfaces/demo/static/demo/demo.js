// The hall clock moves between page loads as the server's does.
const clock = document.querySelector("[data-hall-clock]");
if (clock) {
  const start = Date.parse(clock.dataset.now);
  const speed = Number(clock.dataset.speed);
  const opened = performance.now();
  const language = clock.dataset.language.startsWith("en") ? "en-GB" : "zh-CN";
  const say = new Intl.DateTimeFormat(language, {
    timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric", weekday: "short",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
  });
  const tick = () => { clock.textContent = say.format(new Date(start + (performance.now() - opened) * speed)); };
  tick();
  setInterval(tick, 250);
}
