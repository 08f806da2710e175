/* The page that the worker shows while nothing answers: back to the start by itself, as the next person expects it. */
const start = location.pathname.match(/^\/kiosk\/[^/]+\//)?.[0];
const reached = () => fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) }).then((answer) => answer.ok, () => false);

for (const name of ["elder", "django_language"]) document.cookie = `${name}=; path=/; max-age=0; samesite=lax`;
while (start && !(await reached())) await new Promise((wait) => setTimeout(wait, 3000));
if (start) location.replace(start);
