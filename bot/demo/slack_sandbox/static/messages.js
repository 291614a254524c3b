// Messages of a conversation or a thread.

import { post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { toast } from "./dialogs.js";
import { h, reconcile } from "./dom.js";
import { emojiNode, unicodeOf } from "./emoji.js";
import { icon } from "./icons.js";
import { renderMrkdwn } from "./mrkdwn.js";
import { openMenu } from "./popups.js";
import { makeSurface } from "./surface.js";
import { clock, dateOf, dayTitle, fullMoment } from "./times.js";
import { addressOf, avatar, isBot, nameOf, workspace } from "./workspace.js";

const SAME_BREATH = 300;
const REACTIONS = ["white_check_mark", "eyes", "raised_hands", "+1", "tada", "question"];

const values = new Map();

/** Draw messages, oldest first, with their day dividers. `openThread(ts)` is null inside a thread. */
export function renderMessages(parent, channel, messages, openThread) {
  const items = [];
  let before = null;
  for (const message of messages) {
    const day = dayTitle(dateOf(message.ts));
    const newDay = !before || dayTitle(dateOf(before.ts)) !== day;
    if (newDay && openThread) items.push(divider(day));
    const compact = !newDay && inOneBreath(before, message) && (openThread || before !== messages[0]);
    items.push(item(channel, message, compact, openThread));
    before = message;
    if (!openThread && message === messages[0]) items.push(replyCount(messages.length - 1));
  }
  reconcile(parent, items);
}

function divider(day) {
  const build = () =>
    h("div", { className: "day", role: "separator", "aria-label": day }, h("span", {}, day));
  return { key: `day ${day}`, signature: day, build };
}

function replyCount(count) {
  const words = count === 1 ? "1 reply" : `${count} replies`;
  return {
    key: "count",
    signature: words,
    build: () => h("div", { className: "reply-count", hidden: !count }, words),
  };
}

function inOneBreath(before, message) {
  const close = Number(message.ts) - Number(before.ts) < SAME_BREATH;
  return (
    close &&
    before.user === message.user &&
    !before.ephemeral &&
    !message.ephemeral &&
    !before.reply_count &&
    !message.root
  );
}

function item(channel, message, compact, openThread) {
  const signature = JSON.stringify([channel, message, compact]);
  return { key: message.ts, signature, build: () => messageNode(channel, message, compact, openThread) };
}

function messageNode(channel, message, compact, openThread) {
  const name = nameOf(message.user);
  const className = ["message", compact && "compact", message.ephemeral && "ephemeral"]
    .filter(Boolean)
    .join(" ");
  const gutter = compact ? moment(channel, message, "gutter-time") : avatar(message.user, 36);
  return h(
    "article",
    { className, dataset: { ts: message.ts }, "aria-label": `${name}, ${clock(dateOf(message.ts))}` },
    h("div", { className: "gutter" }, gutter),
    h(
      "div",
      { className: "message-main" },
      message.ephemeral && h("p", { className: "above-message" }, icon("eye"), "Only visible to you"),
      message.pinned_to && h("p", { className: "above-message" }, icon("pin"), "Pinned"),
      !compact && byline(channel, message, name),
      openThread && message.root ? above(message, openThread) : null,
      content(channel, message),
      files(message),
      reactions(channel, message),
      openThread && message.reply_count ? replies(message, openThread) : null,
    ),
    !message.ephemeral && toolbar(channel, message, openThread),
  );
}

function byline(channel, message, name) {
  return h(
    "div",
    { className: "byline" },
    h("strong", { dir: "auto" }, name),
    (message.bot || isBot(message.user)) && h("span", { className: "badge" }, "APP"),
    moment(channel, message, "time"),
  );
}

function moment(channel, message, className) {
  const date = dateOf(message.ts);
  const thread = message.thread_ts && message.thread_ts !== message.ts ? { thread: message.thread_ts } : {};
  return h(
    "a",
    { className, href: addressOf({ channel, ts: message.ts, ...thread }), title: fullMoment(date) },
    clock(date),
  );
}

function content(channel, message) {
  const body = h("div", { className: "content" });
  if (message.blocks?.length) {
    const kept = values.get(message.ts) ?? new Map();
    values.set(message.ts, kept);
    const surface = makeSurface({ type: "message", channel, ts: message.ts }, kept);
    renderBlocks(body, message.blocks, surface);
    surface.keep(message.blocks);
  } else {
    body.append(h("div", { className: "text", dir: "auto" }, renderMrkdwn(message.text ?? "")));
  }
  if (message.edited && !message.bot) body.append(h("span", { className: "edited" }, "(edited)"));
  return body;
}

function files(message) {
  if (!message.files?.length) return null;
  return h(
    "ul",
    { className: "files" },
    ...message.files.map(({ title, url_private: href, mimetype, alt_txt: alt }) =>
      h(
        "li",
        {},
        h("a", { href, target: "_blank", rel: "noopener" }, title),
        mimetype?.startsWith("image/") ? h("img", { src: href, alt: alt ?? "" }) : null,
      ),
    ),
  );
}

function reactions(channel, message) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { className: "reactions" },
    ...message.reactions.map(({ name, users }) => {
      const mine = users.includes(workspace.me.id);
      return h(
        "button",
        {
          type: "button",
          className: "reaction",
          "aria-pressed": String(mine),
          "aria-label": `${name.replaceAll("_", " ")}, ${users.length}`,
          title: `${users.map(nameOf).join(", ")} reacted with :${name}:`,
          onclick: () => react(channel, message.ts, name, mine),
        },
        emojiNode(name) ?? `:${name}:`,
        String(users.length),
      );
    }),
  );
}

async function react(channel, ts, name, remove) {
  const answer = await post("/sandbox/reaction", {
    as: workspace.me.id,
    channel,
    ts,
    name,
    ...(remove ? { remove } : {}),
  });
  if (answer?.ok === false) toast(answer.error);
}

function replies(message, openThread) {
  const count = message.reply_count;
  return h(
    "button",
    { type: "button", className: "replies", onclick: () => openThread(message.ts) },
    icon("reply"),
    count === 1 ? "1 reply" : `${count} replies`,
    h("span", { className: "last-reply" }, `Last reply at ${clock(dateOf(message.latest_reply))}`),
  );
}

/** Of a reply that was broadcast: which thread it is in. */
function above(message, openThread) {
  const words = message.root.text || "a message";
  return h(
    "p",
    { className: "in-thread" },
    "replied to a thread: ",
    h("button", { type: "button", onclick: () => openThread(message.thread_ts) }, renderMrkdwn(words)),
  );
}

function toolbar(channel, message, openThread) {
  const add = h(
    "button",
    { type: "button", className: "icon-button", "aria-label": "Add reaction", title: "Add reaction" },
    icon("smile"),
  );
  add.addEventListener("click", () =>
    openMenu(
      add,
      REACTIONS.map((name) => ({
        text: `${unicodeOf(name)}  :${name}:`,
        run: () => react(channel, message.ts, name, false),
      })),
    ),
  );
  const reply =
    openThread &&
    h(
      "button",
      {
        type: "button",
        className: "icon-button",
        "aria-label": "Reply in thread",
        title: "Reply in thread",
        onclick: () => openThread(message.thread_ts ?? message.ts),
      },
      icon("reply"),
    );
  return h("div", { className: "toolbar" }, add, reply);
}
