// Large files of a paper go in parts; then the paper's field says which they were, as it would have sent them.
import { NotTaken, inParts, sendInParts } from "../ui/parts.js";

const code = (field) => field.name.replace(/^(file|usb)-/, "");
const stick = (field) => (field.name.startsWith("usb-") ? "usb-" : ""); // where it came from
const part = (field, name) => document.querySelector(`[data-coming="file-${CSS.escape(code(field))}"] ${name ? `[data-${name}]` : ""}`.trim());
const told = (field, what) => field.dispatchEvent(new CustomEvent(`parts:${what}`, { bubbles: true }));

document.addEventListener("change", (event) => { // before htmx sends it whole
  const field = event.target;
  if (!field.matches?.("input[type=file][data-parts]") || !inParts(field.files)) return;
  event.stopImmediatePropagation();
  sendLarge(field);
}, true);

async function sendLarge(field) {
  const to = {
    url: field.dataset.parts, code: code(field),
    token: document.querySelector("#pages-form [name=csrfmiddlewaretoken]").value,
  };
  const files = [...field.files];
  const refs = [];
  part(field).hidden = false;
  part(field, "not-taken").hidden = true;
  part(field, "share").hidden = false;
  try {
    for (const [i, file] of files.entries()) {
      refs.push(await sendInParts(file, to, (share, lost) => show(field, (i + share) / files.length, lost)));
    }
  } catch (no) {
    if (!(no instanceof NotTaken)) throw no;
    const words = part(field, "not-taken");
    words.textContent = no.message || words.dataset.words;
    words.hidden = false;
    for (const name of ["share", "lost"]) part(field, name).hidden = true;
    field.value = "";
    told(field, "refused");
    return;
  }
  field.value = "";
  const now = document.querySelector(`input[name="${CSS.escape(field.name)}"]`); // the page may have come anew meanwhile
  if (now) await htmx.ajax("POST", now.getAttribute("hx-post"), { source: now, target: "#case", values: { [`${stick(field)}upload-${to.code}`]: refs } });
  told(field, "done");
}

function show(field, share, lost) {
  const line = part(field);
  if (!line) return;
  line.hidden = false;
  part(field, "share").value = share;
  part(field, "lost").hidden = !lost;
  told(field, lost ? "lost" : "on");
}
