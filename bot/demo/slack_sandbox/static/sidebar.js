// The left side: who acts, and where one can go.

import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, channelTitle, isBot, workspace } from "./workspace.js";

/** Draw it. `place` is {channel?, tab?}, `go` takes one. */
export function renderSidebar(sidebar, place, go) {
  const { channels } = workspace;
  const app = channels.find((channel) => channel.kind === "im" && isBot(channel.user));
  const rooms = channels.filter((channel) => channel.kind !== "im");
  const people = channels.filter((channel) => channel.kind === "im" && !isBot(channel.user));
  reconcile(sidebar, [
    {
      key: "team",
      signature: "",
      build: () => h("div", { className: "team", dir: "auto" }, workspace.team.name),
    },
    section("Act as", [place, workspace.users], () => workspace.users.map((user) => person(user, place))),
    section("Channels", [place, rooms], () =>
      rooms.map((channel) => entry(channel, channelMark(channel), place, go)),
    ),
    section("Direct messages", [place, people], () =>
      people.map((channel) => entry(channel, avatar(channel.user, 20), place, go)),
    ),
    section("Apps", [place, app], () => [appEntry(app, place, go)]),
  ]);
}

function section(title, shown, entries) {
  const build = () => {
    const list = h("ul", {}, ...entries().map((one) => h("li", {}, one)));
    return h("section", { hidden: !list.children.length }, h("h2", {}, title), list);
  };
  return { key: title, signature: JSON.stringify(shown), build };
}

function channelMark(channel) {
  return icon(channel.kind === "private" ? "lock" : "hash");
}

function person(user, place) {
  const current = user.id === workspace.me.id;
  const channel = workspace.channels.find((one) => one.id === place.channel && one.kind === "channel");
  const address = `/?${new URLSearchParams({ as: user.id, ...(channel ? { channel: channel.id } : {}), ...(place.tab ? { tab: place.tab } : {}) })}`;
  const name = user.real_name || user.name;
  return h(
    "a",
    {
      href: address,
      className: `person${current ? " current" : ""}`,
      "aria-current": current ? "true" : undefined,
      "aria-label": `Act as ${name}${user.title ? `, ${user.title}` : ""}`,
      title: current ? "You act as this person" : "Act as this person; open in a new tab to be both",
    },
    avatar(user.id, 28),
    h(
      "span",
      { className: "person-words" },
      h("span", { className: "person-name", dir: "auto" }, name),
      h("span", { className: "person-title", dir: "auto" }, user.title ?? ""),
    ),
    current && icon("check"),
  );
}

function entry(channel, mark, place, go) {
  const active = place.channel === channel.id && !place.tab;
  return placeButton(channelTitle(channel), {
    mark,
    active,
    unread: channel.unread,
    run: () => go({ channel: channel.id }),
  });
}

function appEntry(app, place, go) {
  const active = place.tab === "home" || (app && place.channel === app.id);
  const run = () => go(app ? { channel: app.id } : { tab: "home" });
  return placeButton(workspace.bot.name, {
    mark: avatar(workspace.bot.user_id, 20),
    active,
    unread: app?.unread,
    run,
  });
}

function placeButton(title, { mark, active, unread, run }) {
  return h(
    "button",
    {
      type: "button",
      className: `place${active ? " active" : ""}${unread ? " unread" : ""}`,
      "aria-current": active ? "page" : undefined,
      "aria-label": unread ? `${title}, ${unread} unread` : title,
      onclick: run,
    },
    mark,
    h("span", { className: "place-name", dir: "auto" }, title),
    unread ? h("span", { className: "unread-count" }, String(unread)) : "",
  );
}
