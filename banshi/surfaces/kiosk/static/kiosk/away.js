/* The page that the worker shows while nothing answers: back to the start by itself, as the next person expects it. */
const start = location.pathname.match(/^\/kiosk\/[^/]+\//)?.[0];
// The start itself is asked for: a hall may be open to people while something behind it is still late.
const back = () => fetch(start, { cache: "no-store", signal: AbortSignal.timeout(4000) }).then((answer) => answer.status < 500, () => false);

for (const name of ["elder", "django_language"]) document.cookie = `${name}=; path=/; max-age=0; samesite=lax`;
if (start) {
  do await new Promise((wait) => setTimeout(wait, 3000)); while (!(await back()));
  location.replace(start);
}
