// Slack's mrkdwn as DOM nodes (https://docs.slack.dev/messaging/formatting-message-text).

import { h } from "./dom.js";
import { emojiNode, unicodeOf } from "./emoji.js";
import { codeBlock, dateNode, linkNode, mentionNode } from "./marks.js";
import { channelOf, nameOf, workspace } from "./workspace.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const ENDS_A_STYLE = /[\s\p{P}\p{S}\u200b]/u;
const QUOTED = /^(?:&gt;|>) ?/;
const QUOTED_TO_THE_END = /^(?:&gt;&gt;&gt;|>>>) ?/;
const EMOJI = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/y;
const ADDRESS = /https?:\/\/[^\s<>|]+/y;
const LINK = /^(?:https?:|mailto:|tel:)/i;
const DEEPEST = 8;

/** A text object, or nothing, as nodes. */
export function renderText(text) {
  if (!text?.text) return document.createDocumentFragment();
  return text.type === "mrkdwn" ? renderMrkdwn(text.text, !text.verbatim) : renderPlain(text);
}

/** Undo the escaping of Slack's three control characters. */
export function unescape(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
}

function renderPlain(text) {
  const fragment = document.createDocumentFragment();
  if (text.emoji === false) fragment.append(unescape(text.text));
  else fragment.append(...inline(text.text, { match: emojiAt }));
  return fragment;
}

/** The plain text object as a string, for labels of controls. */
export function plainString(text) {
  if (!text?.text) return "";
  if (text.emoji === false) return unescape(text.text);
  return unescape(text.text.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => unicodeOf(name) ?? whole));
}

export function renderMrkdwn(text, links = true) {
  const fragment = document.createDocumentFragment();
  text.split(/```([^]+?)```/).forEach((part, at, parts) => {
    if (at % 2) fragment.append(codeBlock(codeText(part.replace(/^\n|\n$/g, ""))));
    else fragment.append(...paragraphs(trimAroundCode(part, at, parts.length), links));
  });
  return fragment;
}

function trimAroundCode(part, at, count) {
  const start = at > 0 ? part.replace(/^\n/, "") : part;
  return at < count - 1 ? start.replace(/\n$/, "") : start;
}

function paragraphs(text, links) {
  if (!text) return [];
  return runs(text.split("\n")).map(({ quoted, lines }) => {
    const content = inline(lines.join("\n"), { match: markAt, links, depth: 0 });
    return h(quoted ? "blockquote" : "span", { className: quoted ? "" : "run", dir: "auto" }, ...content);
  });
}

function runs(lines) {
  const found = [];
  let everQuoted = false;
  for (const line of lines) {
    everQuoted ||= QUOTED_TO_THE_END.test(line);
    const quoted = everQuoted || QUOTED.test(line);
    const words = line.replace(QUOTED_TO_THE_END, "").replace(QUOTED, "");
    const last = found.at(-1);
    if (last?.quoted === quoted) last.lines.push(words);
    else found.push({ quoted, lines: [words] });
  }
  return found;
}

function inline(text, reading) {
  const nodes = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const found = reading.match(text, at, reading);
    if (found) {
      nodes.push(unescape(text.slice(from, at)), found.node);
      at = from = found.end;
    } else at += 1;
  }
  nodes.push(unescape(text.slice(from)));
  return nodes.filter((node) => node !== "");
}

function markAt(text, at, reading) {
  const mark = text[at];
  if (mark === "<") return tokenAt(text, at, reading);
  if (mark === "`") return codeAt(text, at);
  if (mark === ":") return emojiAt(text, at);
  if (mark === "h" && reading.links) return addressAt(text, at);
  return STYLES[mark] && reading.depth < DEEPEST ? styledAt(text, at, reading) : null;
}

function opens(text, at) {
  return at === 0 || !WORD.test(text[at - 1]);
}

function closes(text, at) {
  return at + 1 === text.length || ENDS_A_STYLE.test(text[at + 1]);
}

function styledAt(text, at, reading) {
  const mark = text[at];
  if (!opens(text, at) || /\s/.test(text[at + 1] ?? " ") || text[at + 1] === mark) return null;
  const end = closingMark(text, at + 1, mark);
  if (end < 0) return null;
  const content = inline(text.slice(at + 1, end), { ...reading, depth: reading.depth + 1 });
  return { node: h(STYLES[mark], {}, ...content), end: end + 1 };
}

function closingMark(text, from, mark) {
  for (let at = from; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "`" || text[at] === "<") at = skip(text, at);
    else if (text[at] === mark && at > from && !/\s/.test(text[at - 1]) && closes(text, at)) return at;
  }
  return -1;
}

function skip(text, at) {
  const end = text.indexOf(text[at] === "`" ? "`" : ">", at + 1);
  return end < 0 ? at : end;
}

function codeAt(text, at) {
  const end = text.indexOf("`", at + 1);
  const code = text.slice(at + 1, end);
  if (end < 0 || !code.trim() || code.includes("\n") || !opens(text, at)) return null;
  return { node: h("code", {}, codeText(code)), end: end + 1 };
}

function codeText(text) {
  return unescape(
    text.replace(/<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>/g, (_, address, label) => label || address),
  );
}

function emojiAt(text, at) {
  if (text[at] !== ":") return null;
  EMOJI.lastIndex = at;
  const found = EMOJI.exec(text);
  const node = found && emojiNode(found[1]);
  return node ? { node, end: at + found[0].length } : null;
}

function addressAt(text, at) {
  if (!opens(text, at)) return null;
  ADDRESS.lastIndex = at;
  const address = ADDRESS.exec(text)?.[0].replace(/(?:[.,;:!?'")\]*_~`]|&gt;|&lt;)+$/, "");
  return address ? { node: linkNode(unescape(address)), end: at + address.length } : null;
}

function tokenAt(text, at) {
  const end = text.indexOf(">", at);
  if (end < 0) return null;
  const [target, ...rest] = text.slice(at + 1, end).split("|");
  const node = tokenNode(target, rest.join("|"), at === 0 || text[at - 1] === "\n");
  return node ? { node, end: end + 1 } : null;
}

function tokenNode(target, label, leading) {
  const shown = unescape(label);
  if (target.startsWith("@")) return mentionNode("user", target.slice(1), `@${nameOf(target.slice(1))}`);
  if (target.startsWith("#")) return channelNode(target.slice(1), shown);
  if (target.startsWith("!date^")) return dateFrom(target, shown, leading);
  if (target.startsWith("!subteam^"))
    return mentionNode("group", target.slice(9), shown || `@${target.slice(9)}`);
  if (/^!(here|channel|everyone)$/.test(target))
    return mentionNode("broadcast", target.slice(1), `@${target.slice(1)}`);
  return LINK.test(target)
    ? linkNode(unescape(target), label ? inline(label, { match: emojiAt }) : null)
    : null;
}

function channelNode(id, label) {
  return mentionNode("channel", id, `#${channelOf(id)?.name ?? workspace.elsewhere[id] ?? (label || id)}`);
}

function dateFrom(target, fallback, leading) {
  const [, seconds, pattern = "", link] = target.split("^");
  return dateNode(Number(seconds), unescape(pattern), { link: link && unescape(link), fallback, leading });
}
