// What verifying the log computes: signatures of checkpoints (C2SP signed notes, Ed25519), inclusion and consistency
// proofs (RFC 9162, 2.1.3.2 and 2.1.4.2), hashes. It touches neither the page nor the network.

export const encoder = new TextEncoder();
const PLAIN = 1;

// What doesn't verify; `remedy` is what the reader can do if they know better.
export class Fault extends Error {
  constructor(sentence, remedy = null) {
    super(sentence);
    this.remedy = remedy;
  }
}

export function bytesOf(base64) {
  try {
    return Uint8Array.from(atob(base64), (mark) => mark.charCodeAt(0));
  } catch {
    throw new Fault(`“${base64}” isn't base64, so it was changed.`);
  }
}

export const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));
export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const leafHash = (bytes) => sha256(joined(new Uint8Array([0]), bytes));
const nodeHash = (left, right) => sha256(joined(new Uint8Array([1]), left, right));

// A verifier key: name+hex of its id+base64 of its kind and its 32 bytes.
export async function readKey(text) {
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
export async function openNote(note, keys) {
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
    throw new Fault(`The signature of the checkpoint of ${size} events is wrong.`);
  }
  throw new Fault(`No known key has signed the checkpoint of ${size} events.`);
}

export async function included(hash, index, size, proof, root) {
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

export async function grew(first, second, proof, firstRoot, secondRoot) {
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
