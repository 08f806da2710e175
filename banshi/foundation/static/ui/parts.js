/* Large files go in parts (断点续传): what has come stays when the line drops or the page is closed, and the same file, chosen
   again, goes on from there. Without this script, or where a browser may not work out a file's hash, the form sends it whole. */

const LARGE = 1024 * 1024; // bytes; smaller ones are quicker whole
const AT_ONCE = 512 * 1024; // bytes in one request: so much is sent again after a line dropped
const LONGEST_WAIT = 15; // seconds between two tries
const HASH = globalThis.crypto?.subtle; // only over https, and on the machine itself

export class NotTaken extends Error {} // its message is for people

export const inParts = (files) => Boolean(HASH) && [...files].some((file) => file.size > LARGE);

/**
 * Send one file; returns its reference, which the form then sends instead of the file.
 * @param {File} file
 * @param {{url: string, code: string, token: string}} to where it is begun, the paper it is of, and the form's token
 * @param {(share: number, lost: boolean) => void} tell how much has come (0 to 1), and whether the line is gone
 */
export async function sendInParts(file, to, tell) {
  let whole;
  try {
    whole = await file.arrayBuffer();
  } catch {
    throw new NotTaken("");
  }
  const sha256 = [...new Uint8Array(await HASH.digest("SHA-256", whole))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const said = new URLSearchParams({ code: to.code, name: file.name, size: file.size, sha256 });
  const begin = () => asked(to.url, to.token, said, tell);
  let coming = await begin();
  while (coming.offset < coming.size) {
    tell(coming.offset / coming.size, false);
    const query = new URLSearchParams({ code: to.code, offset: coming.offset });
    const part = whole.slice(coming.offset, coming.offset + AT_ONCE);
    const next = await asked(`${to.url}/${coming.id}?${query}`, to.token, part, (_, lost) => tell(coming.offset / coming.size, lost));
    coming = next.gone ? await begin() : { ...coming, offset: next.offset };
  }
  tell(1, false);
  return coming.id;
}

/** The answer, however often it takes: a line that is gone comes back. :raises NotTaken: it was refused, in words. */
async function asked(url, token, body, tell) {
  for (let wait = 1; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    const type = body instanceof URLSearchParams ? {} : { "Content-Type": "application/octet-stream" };
    let answer = null;
    try {
      answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json", ...type } });
    } catch { /* no line */ }
    if (answer?.redirected) { location.reload(); throw new NotTaken(""); } // signed out meanwhile
    const said = answer?.headers.get("content-type")?.includes("json") ? await answer.json().catch(() => null) : null;
    if (answer?.ok && said) return said;
    if (said?.rule === "wrong-offset") return said.facts;
    if (said?.rule === "nothing-found" && !(body instanceof URLSearchParams)) return { gone: true };
    if (answer && answer.status < 500 && answer.status !== 429) throw new NotTaken(said?.detail ?? "");
    tell(0, !answer);
    await soon(Number(answer?.headers.get("Retry-After")) || wait);
  }
}

/** So many seconds, or until the line is back. */
function soon(seconds) {
  return new Promise((done) => {
    const over = () => { clearTimeout(timer); removeEventListener("online", over); done(); };
    const timer = setTimeout(over, seconds * 1000);
    addEventListener("online", over);
  });
}
