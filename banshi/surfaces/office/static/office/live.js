// The panel about a window or a number: opens when its content arrives, closes without leaving the page.
const panel = document.getElementById("live-panel");

function show() {
  if (panel.open) panel.close();
  panel.showModal();
}

if (panel.open) show(); // the server opened it for a page without script

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === panel && !panel.matches(":modal")) show();
});

panel.addEventListener("click", (event) => {
  if (!event.target.closest("[data-panel-close]")) return;
  event.preventDefault();
  panel.close();
});

panel.addEventListener("close", () => {
  const here = new URL(location.href);
  here.searchParams.delete("window");
  here.searchParams.delete("ticket");
  history.replaceState(null, "", here);
});
