// What the page does with the file that is dropped on it. Nothing leaves the page: its Content-Security-Policy lets it
// connect to nothing. What the file says is shown as text only.

const COSIGNATURE = 4;
const ML_DSA = 6;
const page = (id) => document.getElementById(id);
let chosen = null;

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

function read(line, number) {
  let value = null;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Fault(`Line ${number} can't be read: the file was changed or cut off.`);
  }
  if (value === null || typeof value !== "object" || canonical(value) !== line) {
    throw new Fault(`Line ${number} isn't written as Daypass writes it (RFC 8785): it was changed.`);
  }
  return value;
}

function linesOf(bytes) {
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault("This isn't a proof: it isn't UTF-8 text.");
  }
  if (!text.endsWith("\n")) throw new Fault("The last line doesn't end with a newline: the file was cut off or changed.");
  return text.slice(0, -1).split("\n");
}

// The keys of the log, and those of witnesses, which are of another kind.
async function readKeys(text) {
  const keys = { log: [], witnesses: [], unread: [] };
  for (const line of text.split("\n").map((one) => one.trim()).filter(Boolean)) {
    if (!/^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.test(line)) {
      throw new Fault(`“${line}” isn't a verifier key. One is a line like name+1a2b3c4d+AW…`);
    }
    const kind = bytesOf(line.split("+").slice(2).join("+"))[0];
    if (kind === COSIGNATURE) keys.witnesses.push(await readWitness(line));
    else if (kind === ML_DSA) keys.unread.push(line.split("+")[0]);
    else keys.log.push(await readKey(line));
  }
  if (!keys.log.length) throw new Fault("Paste the log's verifier key: one line, name+id+base64.");
  return keys;
}

async function readWitness(line) {
  const [name, id, ...rest] = line.split("+");
  const data = bytesOf(rest.join("+"));
  const hashed = await sha256(joined(encoder.encode(`${name}\n`), data));
  if (data.length !== 33 || hexOf(hashed.slice(0, 4)) !== id) throw new Fault(`${line} isn't a witness's key.`);
  return { name, id, imported: await crypto.subtle.importKey("raw", data.slice(1), { name: "Ed25519" }, false, ["verify"]) };
}

// What this witness's cosignature says (c2sp.org/tlog-cosignature); null if there is none.
async function cosignedAt(note, witness) {
  const gap = note.indexOf("\n\n");
  for (const line of note.slice(gap + 2).split("\n")) {
    const found = /^— (\S+) (\S+)$/.exec(line);
    if (!found || found[1] !== witness.name) continue;
    const data = bytesOf(found[2]);
    if (hexOf(data.slice(0, 4)) !== witness.id || data.length !== 76) continue;
    const second = new DataView(data.buffer).getBigUint64(4);
    const message = encoder.encode(`cosignature/v1\ntime ${second}\n${note.slice(0, gap + 1)}`);
    if (!(await crypto.subtle.verify({ name: "Ed25519" }, witness.imported, data.slice(12), message))) {
      throw new Fault(`The cosignature of ${witness.name} is wrong: the checkpoint was changed.`);
    }
    return new Date(Number(second) * 1000);
  }
  return null;
}

const named = ({ index, event }) => `event ${index} (${event.action})`;

function follows(before, after) {
  if (!before) return after.version === 1 && after.position === 0;
  const last = before.of === undefined || before.position + 1 === before.of;
  if (last && after.version === before.version + 1 && after.position === 0) return true;
  return before.of === after.of && after.version === before.version && after.position === before.position + 1;
}

async function checkTexts({ index, event, texts }) {
  const seen = new Set();
  for (const { field, salt, text, ...more } of texts) {
    const given = bytesOfHex(salt);
    const parts = [encoder.encode("daypass/text/v1\n"), new Uint8Array([given.length]), given, encoder.encode(text)];
    const opens = Object.hasOwn(event.texts, field) && hexOf(await sha256(joined(...parts))) === event.texts[field];
    if (!opens || seen.has(field) || Object.keys(more).length || hexOf(given) !== salt) {
      throw new Fault(`The text of ${field} in event ${index} isn't what was typed.`);
    }
    seen.add(field);
  }
}

async function checkEvent(line, number, before, subject, checkpoint) {
  const one = read(line, number);
  const { index, event, proof, texts } = one;
  if (!event || !Number.isSafeInteger(index) || !Array.isArray(proof) || !Array.isArray(texts) || !event.texts) {
    throw new Fault(`Line ${number} isn't an event: it was added or changed.`);
  }
  const hash = await leafHash(encoder.encode(canonical(event)));
  if (!(await included(hash, index, checkpoint.size, proof.map(bytesOf), checkpoint.root))) {
    throw new Fault(`The checkpoint doesn't contain ${named(one)}: it was changed, moved or added.`);
  }
  if (event.subject !== subject) throw new Fault(`${named(one)} is about ${event.subject}, not ${subject}: it was added.`);
  if (!follows(before?.event, event)) {
    throw new Fault(`${before ? `After ${named(before)}` : "At the beginning"}, an event of ${subject} was left out.`);
  }
  await checkTexts(one);
  return one;
}

async function checkEnd(lines) {
  const end = read(lines.at(-1), lines.length);
  const before = encoder.encode(lines.slice(0, -1).map((line) => `${line}\n`).join(""));
  const digest = hexOf(await sha256(before));
  if (end.format !== "daypass/extract-end/v1" || end.events !== lines.length - 2 || end.digest !== digest) {
    throw new Fault("The last line doesn't match the lines before it: the file was cut off or changed.");
  }
}

async function verifyProof(bytes, keyText) {
  const keys = await readKeys(keyText);
  const lines = linesOf(bytes);
  const head = read(lines[0], 1);
  const subject = head.about?.proves;
  if (head.format !== "daypass/extract/v1" || typeof subject !== "string") {
    throw new Fault("This isn't a proof that daypass audit prove wrote.");
  }
  const checkpoint = await openNote(String(head.checkpoint), keys.log);
  await checkEnd(lines);
  const events = [];
  for (const [at, line] of lines.slice(1, -1).entries()) {
    events.push(await checkEvent(line, at + 2, events.at(-1), subject, checkpoint));
  }
  const last = events.at(-1);
  if (!last) throw new Fault(`It has no event of ${subject}: all of them were left out.`);
  if (last.event.of !== undefined && last.event.position + 1 !== last.event.of) {
    throw new Fault(`After ${named(last)}, an event that was recorded with it was left out.`);
  }
  const cosigned = [];
  for (const witness of keys.witnesses) {
    const at = await cosignedAt(String(head.checkpoint), witness);
    if (!at) throw new Fault(`${witness.name} hasn't cosigned this checkpoint. Ask for its newest one.`);
    cosigned.push(`${witness.name} at ${utc(at)}`);
  }
  return { subject, checkpoint, events, cosigned, unread: keys.unread };
}

const utc = (moment) => `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;

function element(name, words, className = "") {
  const made = document.createElement(name);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

function meaning(action) {
  if (action.endsWith(".refused")) return "Someone tried something that was refused.";
  return Object.hasOwn(MEANINGS, action) ? MEANINGS[action] : "This page doesn't know this kind of event.";
}

function shown({ index, event, texts }) {
  const item = document.createElement("li");
  item.append(element("p", `✓ ${meaning(event.action)}`, "what"));
  item.append(element("p", `${event.time.slice(0, 19).replace("T", " ")} UTC · by ${event.actor} · ${event.surface}`, "quiet"));
  const plain = Object.entries(event.facts).filter(([name, said]) => typeof said !== "object" && name !== "at");
  if (plain.length) item.append(element("p", plain.map(([name, said]) => `${name}: ${said}`).join(" · "), "facts"));
  for (const { field, text } of texts) item.append(element("p", `${field}: “${text}”`, "typed"));
  const gone = Object.keys(event.texts).filter((field) => !texts.some((one) => one.field === field));
  if (gone.length) item.append(element("p", `Erased: ${gone.join(", ")}`, "quiet"));
  const details = document.createElement("details");
  details.append(element("summary", `${event.action}, event ${index} of the log`));
  details.append(element("pre", JSON.stringify(event, null, 2)));
  item.append(details);
  return item;
}

function tell(tone, ...sentences) {
  page("verdict").className = tone;
  page("verdict").replaceChildren(...sentences.map((sentence) => element("p", sentence)));
}

function show({ subject, checkpoint, events, cosigned, unread }) {
  tell(
    "good",
    `✓ Verified: everything about ${subject} up to ${named(events.at(-1))}, as the log ${checkpoint.origin} signed it in a ` +
      `checkpoint of ${checkpoint.size} events. No event until then was changed or left out.`,
    cosigned.length
      ? `✓ Cosigned by ${cosigned.join(", ")}.`
      : "No witness was checked: paste a witness's key too if you have one.",
    ...(unread.length ? [`Not checked here (ML-DSA): ${unread.join(", ")}. Use daypass audit verify-proof.`] : []),
    "Not shown: whether anything came after it. Whoever made the file could leave out the newest events. Ask for a newer " +
      "file, or look at the log.",
    "Not checked here: whether the decisions follow from each other. daypass audit verify-proof replays them.",
  );
  page("events").replaceChildren(...events.map(shown));
}

// Only the newest press or drop is shown, however long an earlier one takes.
let turn = 0;

async function run() {
  const mine = ++turn;
  page("events").replaceChildren();
  if (!chosen) return tell("open", "Choose the file first.");
  tell("open", "Verifying …");
  try {
    if (!globalThis.crypto?.subtle) throw new TypeError("it has no Web Crypto here");
    const found = await verifyProof(new Uint8Array(await chosen.arrayBuffer()), page("keys").value);
    if (mine === turn) show(found);
  } catch (error) {
    if (mine !== turn) return null;
    const known = error instanceof Fault;
    const other = `Not verified: the file isn't a proof, or this browser can't verify it (${error}). Use daypass audit verify-proof.`;
    tell("bad", known ? `✗ Does not verify: ${error.message}` : other);
  }
  return null;
}

function choose(file) {
  if (!file) return;
  chosen = file;
  page("name").textContent = `Chosen: ${file.name}`;
  if (page("keys").value.trim()) run();
  else {
    turn += 1;
    page("events").replaceChildren();
    tell("open", "Now paste the log's verifier key.");
  }
}

page("file").addEventListener("change", (change) => {
  choose(change.target.files[0]);
});
// So that the same file, chosen again, is read again.
page("file").addEventListener("click", (click) => {
  click.target.value = "";
});
page("verify").addEventListener("click", run);
document.addEventListener("dragover", (drag) => drag.preventDefault());
document.addEventListener("drop", (drop) => {
  drop.preventDefault();
  choose(drop.dataTransfer.files[0]);
});
