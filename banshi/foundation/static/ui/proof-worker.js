/* Solves one proof-of-work challenge (altcha v2, PBKDF2) beside the page: counts up until the derived key begins as asked. */

const MOST = 1_000_000;
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function derive(asked, nonce, salt, counter) {
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: asked.algorithm.split("/")[1], salt, iterations: asked.cost };
  return hex(await crypto.subtle.deriveBits(how, key, asked.keyLength * 8));
}

self.onmessage = async ({ data: challenge }) => {
  try {
    const asked = challenge.parameters;
    const [nonce, salt] = [bytes(asked.nonce), bytes(asked.salt)];
    for (let counter = 0; counter < MOST; counter += 1) {
      const derivedKey = await derive(asked, nonce, salt, counter);
      if (derivedKey.startsWith(asked.keyPrefix)) {
        self.postMessage({ proof: btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } })) });
        return;
      }
    }
    self.postMessage({ proof: null });
  } catch {
    self.postMessage({ proof: null }); // no crypto.subtle: the page did not come over TLS, or the browser is very old
  }
};
