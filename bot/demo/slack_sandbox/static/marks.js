// What formatted text is made of, whether it came as mrkdwn or as rich text.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { dateToken, fullMoment } from "./times.js";
import { addressOf, channelOf, userOf, workspace } from "./workspace.js";

const PERMALINK = /\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})/;

export function linkNode(address, content = null) {
  const inside = addressInside(address);
  const kept = inside ? {} : { target: "_blank", rel: "noopener noreferrer" };
  return h("a", { href: inside ?? address, ...kept }, ...(content ?? [address.replace(/^mailto:/, "")]));
}

/** The place on this page that a message link means, if it is one. */
function addressInside(address) {
  const [, channel, seconds, micros] = PERMALINK.exec(address) ?? [];
  if (!channelOf(channel)) return null;
  const thread = new URLSearchParams(address.split("?")[1] ?? "").get("thread_ts");
  return addressOf({ channel, ts: `${seconds}.${micros}`, ...(thread ? { thread } : {}) });
}

export function mentionNode(kind, id, text) {
  const mine = id === workspace.me?.id || kind === "broadcast";
  const className = `mention${mine ? " mention-me" : ""}`;
  if (kind === "channel" && channelOf(id))
    return h("a", { className, href: addressOf({ channel: id }) }, text);
  return h("bdi", { className, title: kind === "user" ? userOf(id)?.title : undefined }, text);
}

/** A moment in the acting person's time zone, `fallback` where it can't be read. */
export function dateNode(seconds, pattern, { link, fallback, leading }) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime()) || !pattern) return h("span", {}, fallback);
  const node = h(
    "time",
    { dateTime: date.toISOString(), title: fullMoment(date) },
    dateToken(date, pattern, leading),
  );
  return link && /^https?:/i.test(link) ? linkNode(link, [node]) : node;
}

export function codeBlock(text) {
  const button = h(
    "button",
    { type: "button", className: "copy", "aria-label": "Copy code" },
    icon("copy"),
    "Copy",
  );
  button.addEventListener("click", () => copy(button, text));
  return h("div", { className: "code-block" }, h("pre", { tabIndex: 0 }, h("code", {}, text)), button);
}

async function copy(button, text) {
  const copied = await (navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  ) ?? false);
  button.lastChild.textContent = copied ? "Copied" : "Press Ctrl+C";
  if (!copied) getSelection().selectAllChildren(button.previousSibling);
  setTimeout(() => {
    button.lastChild.textContent = "Copy";
  }, 1500);
}
