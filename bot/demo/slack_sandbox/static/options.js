// Where a select's choices come from, and how what was chosen is written down.

import { plainString } from "./mrkdwn.js";
import { channelTitle, workspace } from "./workspace.js";

const LEAST_TO_TYPE = 3;

const KEYS = {
  static: "option",
  external: "option",
  users: "user",
  conversations: "conversation",
  channels: "channel",
};

export function kindOf(element) {
  return element.type.replace(/^multi_/, "").replace(/_select$/, "");
}

export function isMulti(element) {
  return element.type.startsWith("multi_");
}

/** The chosen options as a part of `state.values`. */
export function valueOf(element, chosen) {
  const key = KEYS[kindOf(element)];
  const plain = chosen.map((option) => (key === "option" ? option : option.value));
  if (isMulti(element)) return { [`selected_${key}s`]: plain };
  return { [`selected_${key}`]: plain[0] ?? null };
}

/** The chosen options back from `state.values`, or those that the app wants chosen at first. */
export function chosenOf(element, value) {
  const key = KEYS[kindOf(element)];
  const many = isMulti(element);
  const raw = value
    ? value[`selected_${key}${many ? "s" : ""}`]
    : element[`initial_${key}${many ? "s" : ""}`];
  const list = many ? (raw ?? []) : [raw ?? null];
  return list.filter((one) => one !== null).map((one) => (key === "option" ? one : named(element, one)));
}

function named(element, id) {
  const all = kindOf(element) === "users" ? people() : channels();
  return all.find((option) => option.value === id) ?? option(id, id);
}

/** How much must be typed before an app is asked. */
export function leastToType(element) {
  return kindOf(element) === "external" ? (element.min_query_length ?? LEAST_TO_TYPE) : 0;
}

/** Choices for what was typed, as groups [{label?, options}], or {error}. */
export async function choicesFor(field, typed) {
  const { element, surface } = field;
  if (kindOf(element) !== "external") return { groups: narrowed(own(element), typed) };
  const answer = await surface.suggest(field, typed);
  if (answer?.options || answer?.option_groups) return { groups: grouped(answer) };
  return { error: answer?.error || "The app gave no choices. Type again to retry." };
}

function own(element) {
  if (kindOf(element) === "static") return grouped(element);
  return [{ options: kindOf(element) === "users" ? people() : channels() }];
}

function grouped({ options, option_groups: groups }) {
  if (!groups) return [{ options: options ?? [] }];
  return groups.map((group) => ({ label: plainString(group.label), options: group.options }));
}

function narrowed(groups, typed) {
  const wanted = typed.trim().toLowerCase();
  return groups
    .map((group) => ({
      ...group,
      options: group.options.filter((one) => plainString(one.text).toLowerCase().includes(wanted)),
    }))
    .filter((group) => group.options.length);
}

function people() {
  return workspace.users.map((user) => ({
    ...option(user.id, user.real_name || user.name),
    ...(user.title ? described(user.title) : {}),
  }));
}

function channels() {
  return workspace.channels.map((channel) => option(channel.id, channelTitle(channel)));
}

function option(value, text) {
  return { value, text: { type: "plain_text", text, emoji: false } };
}

function described(text) {
  return { description: { type: "plain_text", text, emoji: false } };
}
