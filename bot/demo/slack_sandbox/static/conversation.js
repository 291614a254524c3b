// The middle and the right: a conversation, its thread, the app's Home tab.

import { get, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { coalesced, h } from "./dom.js";
import { icon } from "./icons.js";
import { renderMessages } from "./messages.js";
import { makeSurface } from "./surface.js";
import { avatar, channelOf, channelTitle, isBot, userOf, workspace } from "./workspace.js";

const NEAR = 120;

/** Show a conversation in `main`. The answer's `refresh` fetches and draws its messages again. */
export function showChannel(main, id, { go, openThread, focus }) {
  const channel = channelOf(id);
  const list = h("div", {
    className: "messages",
    role: "log",
    "aria-label": `Messages in ${channelTitle(channel)}`,
    tabIndex: 0,
  });
  const label =
    channel.kind === "im" ? `Message ${channelTitle(channel)}` : `Message #${channelTitle(channel)}`;
  const begin = h("div", { className: "beginning" });
  const scroller = h("div", { className: "scroller" }, begin, list);
  const refresh = coalesced(async () => {
    const messages = await fetchMessages(id);
    if (!messages) return;
    begin.replaceChildren(beginning(channel, messages.length === 0));
    keepingEnd(scroller, () => renderMessages(list, id, messages, openThread));
  });
  const box = composer({ channel: id, label, sent: () => refresh().then(() => toEnd(scroller)) });
  let header = channelHeader(channel);
  const redrawHeader = () => {
    const now = channelOf(id);
    if (!now) return;
    const next = channelHeader(now);
    header.replaceWith(next);
    header = next;
  };
  main.replaceChildren(header, ...tabs(channel, "messages", go), scroller, box);
  if (focus) box.querySelector("textarea").focus({ preventScroll: true });
  return { refresh, redrawHeader, reveal: (ts) => reveal(scroller, ts), toEnd: () => toEnd(scroller) };
}

async function fetchMessages(channel, thread = null) {
  const parameters = { as: workspace.me.id, channel, ...(thread ? { thread_ts: thread } : {}) };
  const messages = await get("/sandbox/messages", parameters);
  if (!Array.isArray(messages)) return null;
  return messages;
}

function keepingEnd(scroller, draw) {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  draw();
  if (atEnd) toEnd(scroller);
}

function toEnd(scroller) {
  scroller.scrollTop = scroller.scrollHeight;
}

function reveal(scroller, ts) {
  const node = [...scroller.querySelectorAll("[data-ts]")].find((one) => one.dataset.ts === ts);
  node?.classList.add("revealed");
  node?.scrollIntoView({ block: "center" });
}

function channelHeader(channel) {
  const person = channel.kind === "im";
  const mark = person ? avatar(channel.user, 24) : icon(channel.kind === "private" ? "lock" : "hash");
  const about = person ? userOf(channel.user)?.title : channel.topic;
  const count = !person && channel.members?.length;
  return h(
    "header",
    { className: "channel-header" },
    h("h1", { dir: "auto" }, mark, channelTitle(channel)),
    about && h("p", { className: "topic", dir: "auto", title: about }, about),
    count ? h("span", { className: "members" }, `${count} ${count === 1 ? "member" : "members"}`) : null,
  );
}

function tabs(channel, current, go) {
  if (channel.kind !== "im" || !isBot(channel.user)) return [];
  const tab = (name, title, place) =>
    h(
      "button",
      { type: "button", role: "tab", "aria-selected": String(name === current), onclick: () => go(place) },
      title,
    );
  return [
    h(
      "div",
      { className: "tabs", role: "tablist" },
      tab("home", "Home", { tab: "home" }),
      tab("messages", "Messages", { channel: channel.id }),
    ),
  ];
}

function beginning(channel, empty) {
  const command = workspace.commands[0];
  const tip = command && h("p", {}, "Type ", h("kbd", {}, command.name), ` to ${purpose(command)}.`);
  if (channel.kind === "im" && isBot(channel.user)) {
    return h(
      "div",
      {},
      h("p", {}, `This is where ${workspace.bot.name} writes to you, and only you.`),
      empty && tip,
    );
  }
  if (channel.kind === "im")
    return h(
      "div",
      {},
      h("p", {}, `This conversation is between you and ${channelTitle(channel)}.`),
      empty && tip,
    );
  return h(
    "div",
    {},
    h("h2", {}, icon(channel.kind === "private" ? "lock" : "hash"), channelTitle(channel)),
    h("p", {}, `This is the very beginning of #${channel.name}.`, channel.topic ? ` ${channel.topic}` : ""),
    empty && tip,
  );
}

function purpose(command) {
  const text = (command.description || "try it").replace(/\.$/, "");
  return text[0].toLowerCase() + text.slice(1);
}

/** Show the app's Home tab. `draw(view)` shows a new version; one that came while asking is newer than the answer. */
export function showHome(main, go) {
  const app = workspace.channels.find((channel) => channel.kind === "im" && isBot(channel.user)) ?? {
    kind: "im",
    user: workspace.bot.user_id,
    id: "",
  };
  const body = h("div", { className: "home", role: "region", "aria-label": `${workspace.bot.name} Home` });
  const scroller = h("div", { className: "scroller" }, body);
  main.replaceChildren(channelHeader(app), ...tabs(app, "home", go), scroller);
  const surface = makeSurface({ type: "view", view_id: "" });
  let drawn = 0;
  const draw = (view) => {
    drawn += 1;
    if (!view?.blocks) {
      body.replaceChildren(
        h("p", { className: "home-empty" }, `${workspace.bot.name} has not drawn your Home yet.`),
      );
      return;
    }
    body.querySelector(".home-empty")?.remove();
    surface.container.view_id = view.id;
    renderBlocks(body, view.blocks, surface);
  };
  const refresh = async () => {
    const before = drawn;
    const view = await post("/sandbox/home", { as: workspace.me.id });
    if (view?.ok !== false && drawn === before) draw(view);
  };
  return { refresh, draw };
}

/** Show a thread in `pane`. */
export function showThread(pane, channel, ts, close) {
  const list = h("div", { className: "messages", role: "log", "aria-label": "Replies" });
  const scroller = h("div", { className: "scroller" }, list);
  const refresh = coalesced(async () => {
    const messages = await fetchMessages(channel, ts);
    if (messages) keepingEnd(scroller, () => renderMessages(list, channel, messages, null));
  });
  pane.replaceChildren(
    h(
      "header",
      { className: "channel-header" },
      h("h1", {}, "Thread"),
      h("p", { className: "topic" }, channelTitle(channelOf(channel))),
      h(
        "button",
        { type: "button", className: "icon-button", "aria-label": "Close thread", onclick: close },
        icon("close"),
      ),
    ),
    scroller,
    composer({ channel, thread: ts, label: "Reply …", sent: () => refresh().then(() => toEnd(scroller)) }),
  );
  pane.hidden = false;
  return { refresh, reveal: (reply) => reveal(scroller, reply) };
}
