/* A form that needs a proof of work: solved in a worker, then sent by itself. Nothing is asked of the person. */

function cannot(form) {
  const box = form.parentElement;
  box.querySelector("[data-proof-wait]")?.setAttribute("hidden", "");
  box.querySelector("[data-proof-cannot]")?.removeAttribute("hidden");
}

function prove(form) {
  if (form.dataset.running) return;
  form.dataset.running = "yes";
  if (!window.Worker || !window.isSecureContext) { cannot(form); return; }
  form.parentElement.querySelector("[data-proof-wait]")?.removeAttribute("hidden");
  const worker = new Worker(form.dataset.worker);
  worker.onerror = () => cannot(form);
  worker.onmessage = ({ data }) => {
    worker.terminate();
    if (!data.proof) { cannot(form); return; }
    form.elements.proof.value = data.proof;
    form.requestSubmit();
  };
  worker.postMessage(JSON.parse(form.dataset.challenge));
}

const look = (scope) => scope.querySelectorAll("form[data-proof]").forEach(prove);
look(document);
document.addEventListener("htmx:load", (event) => look(event.target));
