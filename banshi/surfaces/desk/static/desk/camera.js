// 高拍仪: pages photographed at the window go the way of chosen files, through the paper's own file field. Taken pages stay in
// memory until the hall has them; the camera is on only while this panel is open.
const panel = document.getElementById("camera");
const part = (name) => panel.querySelector(`[data-camera-${name}]`);
const [picture, pages, device] = [part("picture"), part("pages"), part("device")];
const MOST_AT_ONCE = 10; // as many as one form may bring
const WANTED = { width: { ideal: 3264 }, height: { ideal: 2448 } };
const [KEPT_DEVICE, KEPT_TURN] = ["desk:camera", "desk:camera-turn"];
let stream = null;
let opening = 0; // a camera that comes too late is let go
let shooting = false; // a page is being made of what was seen
let field = null; // name of the paper's file field: the field itself comes anew with each answer
let turned = Number(localStorage.getItem(KEPT_TURN)) % 4 || 0; // quarters to the right
let taken = []; // files
let onTheWay = false;

const tell = (what) => { for (const line of panel.querySelectorAll("[data-camera-told]")) line.hidden = line.dataset.cameraTold !== what; };

function offer() { // buttons for it, where a browser can
  if (!navigator.mediaDevices?.getUserMedia) return;
  for (const button of document.querySelectorAll("[data-camera]")) button.hidden = false;
}

function off() {
  opening += 1;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  picture.srcObject = null;
}

async function on(wanted) {
  off();
  tell(taken.length >= MOST_AT_ONCE ? "full" : "");
  const mine = opening;
  let got = null;
  try {
    got = await asked(wanted);
  } catch (fault) {
    if (mine === opening) tell({ NotAllowedError: "denied", NotFoundError: "none", OverconstrainedError: "none" }[fault.name] ?? "busy");
  }
  if (mine !== opening || !got) { for (const track of got?.getTracks() ?? []) track.stop(); show(); return; }
  stream = got;
  picture.srcObject = got;
  got.getVideoTracks()[0].addEventListener("ended", () => { if (got === stream) { off(); tell("none"); show(); } }); // unplugged
  await choices(got);
  show();
}

async function asked(wanted) { // the one used before where it is still there, else any
  if (wanted) {
    try {
      return await navigator.mediaDevices.getUserMedia({ video: { ...WANTED, deviceId: { exact: wanted } } });
    } catch (fault) {
      if (fault.name !== "OverconstrainedError" && fault.name !== "NotFoundError") throw fault;
    }
  }
  return navigator.mediaDevices.getUserMedia({ video: { ...WANTED, facingMode: "environment" } });
}

async function choices(got) {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((each) => each.kind === "videoinput");
  const used = got.getVideoTracks()[0].getSettings().deviceId;
  device.replaceChildren(...cameras.map((each, i) => new Option(each.label || String(i + 1), each.deviceId, false, each.deviceId === used)));
  part("choice").hidden = cameras.length < 2;
}

function show() {
  picture.style.transform = `rotate(${turned * 90}deg) scale(${turned % 2 ? 0.75 : 1})`;
  part("take").disabled = !stream || shooting || onTheWay || taken.length >= MOST_AT_ONCE;
  part("send").disabled = !taken.length || onTheWay;
  for (const image of pages.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  pages.replaceChildren(...taken.map((file, i) => {
    const line = part("page").content.cloneNode(true);
    line.querySelector("img").src = URL.createObjectURL(file);
    line.querySelector(".camera__no").textContent = i + 1;
    line.querySelector("[data-camera-away]").dataset.cameraAway = i;
    return line;
  }));
}

async function take() {
  const [w, h] = [picture.videoWidth, picture.videoHeight];
  if (!w || part("take").disabled) return;
  shooting = true; // pressed twice it is one page
  part("take").disabled = true;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = turned % 2 ? [h, w] : [w, h];
  const drawn = canvas.getContext("2d");
  drawn.translate(canvas.width / 2, canvas.height / 2);
  drawn.rotate((turned * Math.PI) / 2);
  drawn.drawImage(picture, -w / 2, -h / 2);
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.92); });
  shooting = false;
  if (blob) taken.push(new File([blob], `page-${taken.length + 1}.jpg`, { type: "image/jpeg" }));
  tell(taken.length >= MOST_AT_ONCE ? "full" : "");
  show();
}

const fieldNow = () => (field ? document.querySelector(`input[type=file][name="${CSS.escape(field)}"]`) : null);

function send() {
  const into = fieldNow();
  if (!into || !taken.length || onTheWay) return;
  const bag = new DataTransfer();
  for (const file of taken) bag.items.add(file);
  into.files = bag.files;
  onTheWay = true;
  show();
  into.dispatchEvent(new Event("change", { bubbles: true }));
}

// Answered: the hall has them, or said why not, which stands on the page behind. Not answered: they stay here.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!onTheWay || event.detail.requestConfig?.elt.name !== field) return;
  onTheWay = false;
  if (event.detail.xhr.status > 0 && event.detail.xhr.status < 500) { taken = []; panel.close(); } else tell("lost");
  show();
});

// Large pages go in parts, and by themselves go on when the line is back.
document.addEventListener("parts:lost", () => { if (onTheWay) tell("waits"); });
document.addEventListener("parts:on", () => { if (onTheWay) tell(""); });
document.addEventListener("parts:refused", () => {
  if (!onTheWay) return;
  onTheWay = false;
  panel.close(); // why, stands beside the paper
  show();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-camera]");
  if (opener) {
    if (field !== opener.dataset.camera) taken = []; // pages are of one paper
    field = opener.dataset.camera;
    part("paper").textContent = opener.dataset.paper;
    panel.showModal();
    show();
    on(localStorage.getItem(KEPT_DEVICE));
    return;
  }
  const away = event.target.closest("[data-camera-away]");
  if (away && !onTheWay) { taken.splice(Number(away.dataset.cameraAway), 1); tell(""); show(); }
});
part("take").addEventListener("click", take);
part("send").addEventListener("click", send);
part("turn").addEventListener("click", () => {
  turned = (turned + 1) % 4;
  localStorage.setItem(KEPT_TURN, turned);
  show();
});
device.addEventListener("change", () => {
  localStorage.setItem(KEPT_DEVICE, device.value);
  on(device.value);
});
panel.addEventListener("close", off);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "case") return;
  offer();
  if (!fieldNow()) taken = []; // papers are no longer taken
});
addEventListener("beforeunload", (event) => { if (taken.length) event.preventDefault(); });
offer();
