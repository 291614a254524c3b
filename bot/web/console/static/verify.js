// Verifies the log in the browser, with nothing but the Web Crypto API: signatures of checkpoints (C2SP signed
// notes, Ed25519), inclusion and consistency proofs (RFC 9162, 2.1.3.2 and 2.1.4.2), commitments to texts.
// What the server sends is what is under test: keys and the last verified checkpoint are kept here.

const encoder = new TextEncoder();
const PLAIN = 1;

class Fault extends Error {}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (mark) => mark.charCodeAt(0));
const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const leafHash = (bytes) => sha256(joined(new Uint8Array([0]), bytes));
const nodeHash = (left, right) => sha256(joined(new Uint8Array([1]), left, right));

// A verifier key: name+hex of its id+base64 of its kind and its 32 bytes.
async function readKey(text) {
  const [name, id, data] = split(text, "+", 3);
  const key = bytesOf(data);
  const hashed = await sha256(joined(encoder.encode(`${name}\n`), key));
  if (key.length !== 33 || key[0] !== PLAIN || hexOf(hashed.slice(0, 4)) !== id) {
    throw new Fault(`The key ${text} isn't a verifier key for Ed25519.`);
  }
  const imported = await crypto.subtle.importKey("raw", key.slice(1), { name: "Ed25519" }, false, ["verify"]);
  return { name, id, imported, text };
}

function split(text, mark, count) {
  const parts = text.split(mark);
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(mark)];
}

// The checkpoint in a note that one of the keys has signed.
async function openNote(note, keys) {
  const gap = note.indexOf("\n\n");
  if (gap < 0) throw new Fault("A checkpoint isn't a signed note.");
  const body = note.slice(0, gap + 1);
  const [origin, size, root, ...rest] = body.slice(0, -1).split("\n");
  if (rest.length || !/^(0|[1-9][0-9]{0,15})$/.test(size ?? "")) throw new Fault("A note isn't a checkpoint.");
  for (const line of note.slice(gap + 2).split("\n")) {
    const found = /^— (\S+) (\S+)$/.exec(line);
    if (!found) continue;
    const data = bytesOf(found[2]);
    const key = keys.find((one) => one.name === found[1] && one.id === hexOf(data.slice(0, 4)));
    if (!key || key.name !== origin) continue;
    if (await crypto.subtle.verify({ name: "Ed25519" }, key.imported, data.slice(4), encoder.encode(body))) {
      return { origin, size: Number(size), root: bytesOf(root) };
    }
    throw new Fault(`The signature of the checkpoint of ${size} events doesn't hold.`);
  }
  throw new Fault(`No known key has signed the checkpoint of ${size} events.`);
}

async function included(hash, index, size, proof, root) {
  let place = BigInt(index);
  let last = BigInt(size) - 1n;
  if (place > last) return false;
  let computed = hash;
  for (const step of proof) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      computed = await nodeHash(step, computed);
      while (place && !(place & 1n)) {
        place >>= 1n;
        last >>= 1n;
      }
    } else {
      computed = await nodeHash(computed, step);
    }
    place >>= 1n;
    last >>= 1n;
  }
  return last === 0n && same(computed, root);
}

async function grew(first, second, proof, firstRoot, secondRoot) {
  if (first === second) return proof.length === 0 && same(firstRoot, secondRoot);
  if (first === 0) return proof.length === 0;
  if (first > second || !proof.length) return false;
  const power = (BigInt(first) & (BigInt(first) - 1n)) === 0n;
  const [start, ...steps] = power ? [firstRoot, ...proof] : proof;
  let place = BigInt(first) - 1n;
  let last = BigInt(second) - 1n;
  while (place & 1n) {
    place >>= 1n;
    last >>= 1n;
  }
  let before = start;
  let after = start;
  for (const step of steps) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      before = await nodeHash(step, before);
      after = await nodeHash(step, after);
      while (place && !(place & 1n)) {
        place >>= 1n;
        last >>= 1n;
      }
    } else {
      after = await nodeHash(after, step);
    }
    place >>= 1n;
    last >>= 1n;
  }
  return last === 0n && same(before, firstRoot) && same(after, secondRoot);
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
  if (!answer.ok) throw new Fault(`The server didn't answer (${answer.status}). Load the page again.`);
  return answer.json();
}

async function checkGrowth(before, after) {
  const address = `/log/consistency?first=${before.size}&second=${after.size}`;
  const proof = (await fetched(address)).proof.map(bytesOf);
  if (!(await grew(before.size, after.size, proof, before.root, after.root))) {
    throw new Fault(
      `The checkpoint of ${after.size} events did not grow out of the one of ${before.size}: ` +
        "something before was changed or removed. Keep this page and tell whoever audits.",
    );
  }
}

const kept = {
  keys: () => JSON.parse(localStorage.getItem("daypass.keys") ?? "null"),
  keepKeys: (keys) => localStorage.setItem("daypass.keys", JSON.stringify(keys)),
  seen: () => {
    const found = JSON.parse(localStorage.getItem("daypass.seen") ?? "null");
    return found && { size: found.size, root: bytesOf(found.root) };
  },
  keepSeen: ({ size, root }) =>
    localStorage.setItem("daypass.seen", JSON.stringify({ size, root: base64Of(root) })),
};

// The keys that this browser saw first; the page's own if it sees some for the first time.
async function trustedKeys() {
  const shown = [...document.querySelectorAll(".key")].map((node) => node.dataset.key);
  const known = kept.keys() ?? shown;
  const strange = shown.filter((key) => !known.includes(key));
  if (strange.length) {
    throw new Fault(
      `The page names a key that this browser has not seen before: ${strange.join(", ")}. If the log's key was ` +
        "rotated, compare it with the one that you were given, and then forget the old ones below.",
    );
  }
  if (!known.length) throw new Fault("There is no key to verify with.");
  kept.keepKeys(known);
  return Promise.all(known.map(readKey));
}

async function checkNewest(keys) {
  const newest = await openNote((await fetched("/log/checkpoint")).note, keys);
  const seen = kept.seen();
  if (seen && seen.size > newest.size) {
    throw new Fault(`This browser has verified ${seen.size} events, and now the log has ${newest.size}: it shrank.`);
  }
  if (seen) await checkGrowth(seen, newest);
  kept.keepSeen(newest);
  return seen;
}

async function verifyCheckpoints() {
  const keys = await trustedKeys();
  const rows = [...document.querySelectorAll(".checkpoint")].reverse();
  let before = null;
  for (const row of rows) {
    const checkpoint = await openNote(row.dataset.note, keys);
    if (checkpoint.size !== Number(row.dataset.size)) throw new Fault("A checkpoint isn't of the size it is said to be.");
    if (before) await checkGrowth(before, checkpoint);
    row.querySelector(".outcome").textContent = before ? "✓ signed, and grew out of the one before" : "✓ signed";
    before = checkpoint;
  }
  const seen = await checkNewest(keys);
  const earlier = seen
    ? ` The newest one grew out of the ${seen.size} events that this browser verified before.`
    : " This browser verified the log for the first time, and will compare the next time.";
  return `${rows.length} checkpoints hold: each is signed, and nothing was changed between them.${earlier}`;
}

async function verifyEntry(entry) {
  const keys = await trustedKeys();
  const { index, hash, size, note } = entry.dataset;
  const checkpoint = await openNote(note, keys);
  const hashed = bytesOfHex(hash);
  const leaf = document.getElementById("leaf");
  if (leaf && !same(await leafHash(encoder.encode(leaf.textContent)), hashed)) {
    throw new Fault("The event's bytes don't have the leaf hash that is shown.");
  }
  const proof = [...entry.querySelectorAll(".proof code")].map((step) => bytesOf(step.textContent));
  const there = await included(hashed, Number(index), checkpoint.size, proof, checkpoint.root);
  if (checkpoint.size !== Number(size) || !there) {
    throw new Fault(`The checkpoint of ${checkpoint.size} events doesn't have this event at place ${index}.`);
  }
  if (leaf) await checkTexts(JSON.parse(leaf.textContent));
  await checkNewest(keys);
  return `Event ${index} is in the log as it is shown here, under a signed checkpoint of ${size} events.`;
}

async function checkTexts(event) {
  for (const { dataset } of document.querySelectorAll(".typed")) {
    const salt = bytesOfHex(dataset.salt);
    const said = joined(encoder.encode("daypass/text/v1\n"), new Uint8Array([salt.length]), salt, encoder.encode(dataset.text));
    if (hexOf(await sha256(said)) !== event.texts[dataset.field]) {
      throw new Fault(`The text of ${dataset.field} isn't what was typed.`);
    }
  }
}

function tell(verdict, sentence, good) {
  verdict.textContent = sentence;
  verdict.className = `verdict ${good ? "good" : "bad"}`;
}

function offerToForget(verdict) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "I compared the keys: forget the old ones";
  button.addEventListener("click", () => {
    localStorage.removeItem("daypass.keys");
    tell(verdict, "Forgotten. Verify again.", true);
  });
  verdict.append(document.createElement("br"), button);
}

async function verify() {
  const verdict = document.getElementById("verdict");
  const entry = document.getElementById("entry");
  tell(verdict, "Verifying …", true);
  try {
    tell(verdict, await (entry ? verifyEntry(entry) : verifyCheckpoints()), true);
  } catch (error) {
    const known = error instanceof Fault;
    const other = "This browser can't do it (it needs HTTPS and Ed25519). Use daypass audit verify.";
    tell(verdict, known ? `Does NOT verify: ${error.message}` : `${other} ${error}`, false);
    if (known && error.message.includes("not seen before")) offerToForget(verdict);
  }
}

document.getElementById("verify")?.addEventListener("click", verify);
