// Who and what is in the workspace, and as whom this tab acts.

import { get, here } from "./api.js";
import { h } from "./dom.js";

export const workspace = {
  team: { name: "" },
  bot: { user_id: "", name: "" },
  users: [],
  commands: [],
  channels: [],
  elsewhere: {},
  me: null,
};

/** Load the workspace; false if the sandbox doesn't answer or nobody is in it. */
export async function loadWorkspace() {
  const loaded = await get("/sandbox/workspace");
  if (!loaded?.users?.length) return false;
  Object.assign(workspace, loaded);
  workspace.me = workspace.users.find((user) => user.id === here.get("as")) ?? workspace.users[0];
  return true;
}

/** Refresh the channels that this person sees, and the names of open ones; false without an answer. */
export async function loadChannels() {
  const [channels, names] = await Promise.all([
    get("/sandbox/channels", { as: workspace.me.id }),
    get("/sandbox/channel-names"),
  ]);
  if (!Array.isArray(channels)) return false;
  workspace.elsewhere = names ?? {};
  workspace.channels = channels.map(fromHere);
  return true;
}

/** The sandbox names direct messages by the person whom the app talks with; for that person they are the app's. */
function fromHere(channel) {
  return channel.user === workspace.me.id ? { ...channel, user: workspace.bot.user_id } : channel;
}

export function isBot(id) {
  return id === workspace.bot.user_id;
}

export function userOf(id) {
  if (isBot(id)) return { id, name: workspace.bot.name, real_name: workspace.bot.name, title: "App" };
  return workspace.users.find((user) => user.id === id);
}

export function nameOf(id) {
  const user = userOf(id);
  return user?.real_name || user?.name || id;
}

export function channelOf(id) {
  return workspace.channels.find((channel) => channel.id === id);
}

/** What a conversation is called: `#general`, or the other person's name. */
export function channelTitle(channel) {
  return channel.kind === "im" ? nameOf(channel.user) : channel.name;
}

/** The address of a conversation as somebody, for another tab or to come back to. */
export function addressOf(parameters) {
  return `/?${new URLSearchParams({ as: workspace.me.id, ...parameters })}`;
}

export function avatar(id, size) {
  const node = h("span", { className: `avatar avatar-${size}`, "aria-hidden": "true" }, initials(nameOf(id)));
  node.style.backgroundColor = isBot(id) ? "#0b7285" : colorOf(userOf(id));
  return node;
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");
}

function colorOf(user) {
  const color = user?.color ?? "616061";
  return color.startsWith("#") ? color : `#${color}`;
}
