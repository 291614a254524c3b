// Moments as the acting person's own clock shows them, in Slack's wording.

import { workspace } from "./workspace.js";

const DAY = 86_400_000;

function format(date, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: workspace.me?.tz || "UTC", ...options }).format(date);
}

function dayKey(date) {
  return format(date, { year: "numeric", month: "2-digit", day: "2-digit" });
}

function ordinal(date) {
  const day = Number(format(date, { day: "numeric" }));
  const teen = day > 10 && day < 14;
  return `${day}${(!teen && { 1: "st", 2: "nd", 3: "rd" }[day % 10]) || "th"}`;
}

function relativeDay(date) {
  const days = { [-1]: "yesterday", 0: "today", 1: "tomorrow" };
  const near = [-1, 0, 1].find((away) => dayKey(new Date(Date.now() + away * DAY)) === dayKey(date));
  return near === undefined ? null : days[near];
}

function capitalized(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** A message's `ts` as a date. */
export function dateOf(ts) {
  return new Date(Number(ts) * 1000);
}

export function clock(date) {
  return format(date, { hour: "numeric", minute: "2-digit" });
}

export function fullMoment(date) {
  const time = { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "short" };
  return `${TOKENS.date_long(date)} at ${format(date, time)}`;
}

/** The words of a day divider: Today, Yesterday, or Monday, November 23rd. */
export function dayTitle(date) {
  const relative = relativeDay(date);
  if (relative) return capitalized(relative);
  return `${format(date, { weekday: "long" })}, ${format(date, { month: "long" })} ${ordinal(date)}`;
}

function ago(date) {
  const seconds = Math.round((Date.now() - date) / 1000);
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ];
  const [unit, size] = units.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en-US", { numeric: "auto" }).format(-Math.trunc(seconds / size), unit);
}

const TOKENS = {
  date_num: (date) => dayKey(date).replace(/(..).(..).(....)/, "$3-$1-$2"),
  date_slash: dayKey,
  date: (date) => `${format(date, { month: "long" })} ${ordinal(date)}, ${format(date, { year: "numeric" })}`,
  date_short: (date) => format(date, { month: "short", day: "numeric", year: "numeric" }),
  date_long: (date) => `${format(date, { weekday: "long" })}, ${TOKENS.date(date)}`,
  date_pretty: (date) => relativeDay(date) ?? TOKENS.date(date),
  date_short_pretty: (date) => relativeDay(date) ?? TOKENS.date_short(date),
  date_long_pretty: (date) => relativeDay(date) ?? TOKENS.date_long(date),
  day_divider_pretty: (date) => relativeDay(date) ?? dayTitle(date),
  time: clock,
  time_secs: (date) => format(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};

/** A date token's text (https://docs.slack.dev/messaging/formatting-message-text#date-formatting).
 *  `leading`: it begins a line, where "today" is written "Today". */
export function dateToken(date, pattern, leading) {
  const text = pattern.replace(/\{(\w+)\}/g, (whole, name) => TOKENS[name]?.(date) ?? whole);
  return leading ? capitalized(text) : text;
}
