// The rich_text block (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block).

import { h } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { codeBlock, dateNode, linkNode, mentionNode } from "./marks.js";
import { channelOf, nameOf } from "./workspace.js";

const MARKS = { bold: "strong", italic: "em", strike: "s", code: "code" };

const PARTS = {
  rich_text_section: (part) => h("div", { className: "run", dir: "auto" }, ...part.elements.map(leaf)),
  rich_text_quote: (part) => h("blockquote", { dir: "auto" }, ...part.elements.map(leaf)),
  rich_text_preformatted: (part) => codeBlock(part.elements.map((one) => one.text ?? one.url ?? "").join("")),
  rich_text_list: (part) =>
    h(
      part.style === "ordered" ? "ol" : "ul",
      {
        className: `indent-${part.indent ?? 0}`,
        ...(part.style === "ordered" ? { start: (part.offset ?? 0) + 1 } : {}),
      },
      ...part.elements.map((item) => h("li", { dir: "auto" }, ...item.elements.map(leaf))),
    ),
};

const LEAVES = {
  text: (one) => document.createTextNode(one.text),
  link: (one) =>
    /^(https?|mailto):/i.test(one.url)
      ? linkNode(one.url, [one.text || one.url])
      : document.createTextNode(one.text || one.url),
  emoji: (one) => emojiNode(one.name) ?? document.createTextNode(`:${one.name}:`),
  user: (one) => mentionNode("user", one.user_id, `@${nameOf(one.user_id)}`),
  channel: (one) =>
    mentionNode("channel", one.channel_id, `#${channelOf(one.channel_id)?.name ?? one.channel_id}`),
  usergroup: (one) => mentionNode("group", one.usergroup_id, `@${one.usergroup_id}`),
  broadcast: (one) => mentionNode("broadcast", one.range, `@${one.range}`),
  date: (one) =>
    dateNode(one.timestamp, one.format, { link: one.url, fallback: one.fallback ?? "", leading: false }),
  color: (one) => document.createTextNode(one.value),
};

export function renderRichText(block) {
  const known = block.elements.filter((part) => PARTS[part.type]);
  return h("div", { className: "rich-text" }, ...known.map((part) => PARTS[part.type](part)));
}

function leaf(one) {
  const node = LEAVES[one.type]?.(one) ?? document.createTextNode(one.text ?? "");
  const marks = Object.keys(MARKS).filter((style) => one.style?.[style]);
  return marks.reduce((inner, style) => h(MARKS[style], {}, inner), node);
}
