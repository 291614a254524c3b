// Verifies the log in the browser, with nothing but the Web Crypto API: signatures of checkpoints (C2SP signed
// notes, Ed25519), inclusion and consistency proofs (RFC 9162, 2.1.3.2 and 2.1.4.2), commitments to texts.
// What the server sends is what is under test: keys and the last verified checkpoint are kept here.

import {
  base64Of,
  bytesOf,
  bytesOfHex,
  encoder,
  Fault,
  grew,
  hexOf,
  included,
  joined,
  leafHash,
  openNote,
  readKey,
  same,
  sha256,
} from "./proofs.js";

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
  if (!answer.ok) throw new Fault(`The server returned an error (${answer.status}). Reload the page.`);
  return answer.json();
}

async function checkGrowth(before, after, remedy = null) {
  const address = `/log/consistency?first=${before.size}&second=${after.size}`;
  const proof = before.size === after.size ? [] : (await fetched(address)).proof.map(bytesOf);
  if (!(await grew(before.size, after.size, proof, before.root, after.root))) {
    throw new Fault(
      `The checkpoint of ${after.size} events doesn't extend the one of ${before.size}: ` +
        "earlier events were changed or removed. Keep this page open and tell your auditors.",
      remedy,
    );
  }
}

// What was verified before is kept by the log's name: another log has another past.
const kept = {
  keys: () => JSON.parse(localStorage.getItem("daypass.keys") ?? "null"),
  keepKeys: (keys) => localStorage.setItem("daypass.keys", JSON.stringify(keys)),
  forgetKeys: () => localStorage.removeItem("daypass.keys"),
  seen: (origin) => {
    const found = JSON.parse(localStorage.getItem(`daypass.seen ${origin}`) ?? "null");
    return found && { size: found.size, root: bytesOf(found.root) };
  },
  keepSeen: ({ origin, size, root }) =>
    localStorage.setItem(`daypass.seen ${origin}`, JSON.stringify({ size, root: base64Of(root) })),
  forgetSeen: (origin) => localStorage.removeItem(`daypass.seen ${origin}`),
};

const otherKeys = {
  words:
    "If you forget the old keys, this browser trusts the keys on this page from now on. It keeps what it has " +
    "verified and continues to compare.",
  button: "I compared the keys: forget the old ones",
  forget: kept.forgetKeys,
};

const otherLog = ({ origin }, { size }) => ({
  words:
    "This is what a rewritten log looks like. Continue only if you know from elsewhere why the log was replaced: " +
    `once this browser forgets the ${size} events it verified before, it can't show that they were changed or removed.`,
  button: `The log was replaced, and I know why: forget the ${size} events verified before`,
  forget: () => kept.forgetSeen(origin),
});

// The keys that this browser saw first; the page's own if it sees some for the first time.
async function trustedKeys() {
  const shown = [...document.querySelectorAll(".key")].map((node) => node.dataset.key);
  const known = kept.keys() ?? shown;
  const strange = shown.filter((key) => !known.includes(key));
  if (strange.length) {
    throw new Fault(
      `This browser has not seen this key before: ${strange.join(", ")}. If the log's key was rotated, ` +
        "compare it with the one you were given.",
      otherKeys,
    );
  }
  if (!known.length) throw new Fault("The page has no key to verify with.");
  kept.keepKeys(known);
  return Promise.all(known.map(readKey));
}

// Ties the checkpoint that the page shows, and what this browser saw before, to the newest one: without that a fork
// that the right key has signed would pass. Only then is the newest one kept.
async function checkNewest(keys, shown) {
  const newest = await openNote((await fetched("/log/checkpoint")).note, keys);
  if (shown.origin !== newest.origin || shown.size > newest.size) {
    throw new Fault(
      `This page's checkpoint of ${shown.size} events is larger than the newest one of the log, ` +
        `of ${newest.size}, or from another log. Keep this page open and tell your auditors.`,
    );
  }
  await checkGrowth(shown, newest);
  const seen = kept.seen(newest.origin);
  const remedy = seen && otherLog(newest, seen);
  if (seen && seen.size > newest.size) {
    const sentence = `This browser verified ${seen.size} events before, and now the log has ${newest.size}: it shrank.`;
    throw new Fault(`${sentence} Keep this page open and tell your auditors.`, remedy);
  }
  if (seen) await checkGrowth(seen, newest, remedy);
  kept.keepSeen(newest);
  return { newest, seen };
}

async function verifyCheckpoints() {
  const keys = await trustedKeys();
  const rows = [...document.querySelectorAll(".checkpoint")].reverse();
  let before = null;
  for (const row of rows) {
    const checkpoint = await openNote(row.dataset.note, keys);
    if (checkpoint.size !== Number(row.dataset.size)) throw new Fault("A checkpoint has a different size than shown.");
    if (before) await checkGrowth(before, checkpoint);
    row.querySelector(".outcome").textContent = before ? "✓ signed, extends the one before" : "✓ signed";
    before = checkpoint;
  }
  const { newest, seen } = await checkNewest(keys, before);
  const earlier = seen
    ? ` It also extends the ${seen.size} events this browser verified before.`
    : " This is the first time this browser verified the log; it will compare next time.";
  return [
    good(
      `Verified: ${rows.length} checkpoints. Each is signed and extends the one before, and the newest one of the log, ` +
        `of ${newest.size} events, extends them all.${earlier}`,
    ),
    open("Not verified here: whether the events make sense together. Run daypass audit verify for that."),
  ];
}

async function verifyEntry(entry) {
  const keys = await trustedKeys();
  const { index, hash, size, note } = entry.dataset;
  const checkpoint = await openNote(note, keys);
  const hashed = bytesOfHex(hash);
  const leaf = document.getElementById("leaf")?.textContent;
  if (leaf && !same(await leafHash(encoder.encode(leaf)), hashed)) {
    throw new Fault("The event's bytes don't match the leaf hash shown.");
  }
  const proof = [...entry.querySelectorAll(".proof code")].map((step) => bytesOf(step.textContent));
  const there = await included(hashed, Number(index), checkpoint.size, proof, checkpoint.root);
  if (checkpoint.size !== Number(size) || !there) {
    throw new Fault(`The checkpoint of ${checkpoint.size} events doesn't contain this event at place ${index}.`);
  }
  const event = leaf && JSON.parse(leaf);
  const typed = event ? await checkTexts(event) : [];
  const { newest } = await checkNewest(keys, checkpoint);
  if (event) showVerified(event, typed);
  const place = `place ${index} under a signed checkpoint of ${size} events`;
  const grown =
    newest.size === checkpoint.size
      ? "It is the newest checkpoint."
      : `The newest checkpoint, of ${newest.size} events, extends it.`;
  const holds = good(`${event ? whatHolds(typed, place) : whatHidden(place)} ${grown}`);
  return event ? [holds, open(whatNot(event, typed))] : [holds];
}

function whatHolds(typed, place) {
  const fields = typed.map(({ field }) => field).join(", ");
  const texts = fields && ` and what was typed (${fields})`;
  return `Verified: what is shown under “As logged”${texts} is the event at ${place}.`;
}

const whatHidden = (place) =>
  `Verified, hash only: an event with this hash is at ${place}. You don't have access to what it says.`;

function whatNot(event, typed) {
  const opened = new Set(typed.map(({ field }) => field));
  const missing = Object.keys(event.texts).filter((field) => !opened.has(field));
  const gone = ` The text of ${missing.join(", ")} was erased or withheld.`;
  const own = "Not verified: the summary at the top, which is Daypass's own wording.";
  return own + (missing.length ? gone : "");
}

// The texts that open a commitment of the event, each with where it is shown.
async function checkTexts(event) {
  const typed = [];
  for (const node of document.querySelectorAll(".typed")) {
    const { field, salt: hex, text: written } = node.dataset;
    const [salt, text] = [bytesOfHex(hex), textOf(field, written)];
    const said = joined(encoder.encode("daypass/text/v1\n"), new Uint8Array([salt.length]), salt, encoder.encode(text));
    if (hexOf(await sha256(said)) !== event.texts[field]) {
      throw new Fault(`The text of ${field} isn't what was typed.`);
    }
    typed.push({ node, field, text });
  }
  return typed;
}

// Texts stand in the page as JSON: HTML would change line breaks in them.
function textOf(field, written) {
  try {
    return JSON.parse(written);
  } catch {
    throw new Fault(`The text of ${field} isn't what was typed: it's unreadable.`);
  }
}

// What is read is made anew out of what was verified.
function showVerified(event, typed) {
  document.getElementById("laid-out").textContent = JSON.stringify(event, null, 2);
  for (const { node, text } of typed) {
    node.querySelector("q").textContent = text;
    node.querySelector(".outcome").textContent = "✓ as it was typed";
  }
}

// Three tones: "good" was verified, "bad" failed, "open" is not verified.
function tell(verdict, ...parts) {
  verdict.className = `verdict ${parts[0].tone}`;
  verdict.replaceChildren(
    ...parts.map(({ tone, words }) => {
      const said = document.createElement("p");
      said.className = tone;
      said.textContent = words;
      return said;
    }),
  );
}

const good = (words) => ({ tone: "good", words });
const bad = (words) => ({ tone: "bad", words });
const open = (words) => ({ tone: "open", words });

function offer(verdict, { words, button, forget }) {
  const said = document.createElement("p");
  said.textContent = words;
  const pressed = document.createElement("button");
  pressed.type = "button";
  pressed.textContent = button;
  pressed.addEventListener("click", () => {
    forget();
    tell(verdict, open("Forgotten. Not verified yet: verify again."));
  });
  verdict.append(said, pressed);
}

async function verify() {
  const verdict = document.getElementById("verdict");
  const entry = document.getElementById("entry");
  tell(verdict, open("Verifying …"));
  try {
    tell(verdict, ...(await (entry ? verifyEntry(entry) : verifyCheckpoints())));
  } catch (error) {
    const known = error instanceof Fault;
    const other = "Not verified: this browser can't do it (it needs HTTPS and Ed25519). Use daypass audit verify.";
    tell(verdict, known ? bad(`Verification failed: ${error.message}`) : open(`${other} ${error}`));
    if (error.remedy) offer(verdict, error.remedy);
  }
}

document.getElementById("verify")?.addEventListener("click", verify);
