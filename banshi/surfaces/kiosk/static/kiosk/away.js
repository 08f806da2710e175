/* The page that the worker shows while nothing answers: back to the start by itself, as the next person expects it. */
const start = location.pathname.match(/^\/kiosk\/[^/]+\//)?.[0];
// The start itself is asked for: a hall may be open to people while something behind it is still late.
const back = () => fetch(start, { cache: "no-store", signal: AbortSignal.timeout(4000) }).then((answer) => answer.status < 500, () => false);

// The program of the machine itself gives numbers meanwhile (banshi/agent): where it runs and has no line either, its page is next.
const { program } = document.body.dataset;
const numbers = () => fetch(`${program}/away`, { cache: "no-store", signal: AbortSignal.timeout(2000) })
  .then((answer) => answer.json()).then(({ away }) => away === true, () => false);

for (const name of ["elder", "django_language"]) document.cookie = `${name}=; path=/; max-age=0; samesite=lax`;
if (start) {
  let next = null;
  while (!next) {
    await new Promise((wait) => setTimeout(wait, 3000));
    if (await back()) next = start;
    else if (await numbers()) next = `${program}/`;
  }
  location.replace(next);
}
