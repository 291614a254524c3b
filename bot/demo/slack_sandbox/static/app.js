// Joins the parts: where this tab is, and what happens when the sandbox says that something has changed.

import { here, stream } from "./api.js";
import { renderBanner, showLinked } from "./banner.js";
import { showChannel, showHome, showThread } from "./conversation.js";
import { toast } from "./dialogs.js";
import { coalesced, h } from "./dom.js";
import { showView, syncView } from "./modal.js";
import { renderSidebar } from "./sidebar.js";
import {
  addressOf,
  channelOf,
  channelTitle,
  isBot,
  loadChannels,
  loadWorkspace,
  workspace,
} from "./workspace.js";

const [banner, sidebar, main, threadPane] = ["banner", "sidebar", "main", "thread"].map((id) =>
  document.getElementById(id),
);

let place = {};
let middle = null;
let thread = null;

function go(next) {
  history.pushState(null, "", addressOf(next));
  arrive(next);
}

async function arrive(next) {
  place = next;
  closeThread();
  document.body.classList.remove("sidebar-open");
  middle =
    next.tab === "home"
      ? showHome(main, go)
      : showChannel(main, next.channel, { go, openThread, focus: innerWidth > 700 });
  drawSidebar();
  if (next.thread) openThread(next.thread);
  await middle.refresh();
  middle.toEnd?.();
  if (next.ts) middle.reveal?.(next.ts);
}

function openThread(ts) {
  thread = { ts, ...showThread(threadPane, place.channel, ts, closeThread) };
  document.body.classList.add("thread-open");
  thread.refresh().then(() => place.ts && thread?.reveal(place.ts));
}

function closeThread() {
  thread = null;
  threadPane.hidden = true;
  threadPane.replaceChildren();
  document.body.classList.remove("thread-open");
}

function drawSidebar() {
  const shown = channelOf(place.channel);
  if (shown) shown.unread = 0;
  renderSidebar(sidebar, place, go);
  const unread = workspace.channels.reduce((sum, one) => sum + (one.unread || 0), 0);
  const where = place.tab === "home" ? `${workspace.bot.name} Home` : channelTitle(channelOf(place.channel));
  document.title = `${unread ? `(${unread}) ` : ""}${where} · ${workspace.me.real_name || workspace.me.name}`;
}

const refreshChannels = coalesced(async () => {
  if (!(await loadChannels())) return;
  if (place.channel && !channelOf(place.channel)) arrive(placeOf(new URLSearchParams()));
  else {
    drawSidebar();
    middle?.redrawHeader?.();
  }
});

const HEARD = {
  channels: refreshChannels,
  messages: (event) => {
    if (event.channel !== place.channel) return refreshChannels();
    thread?.refresh();
    return middle.refresh();
  },
  view: (event) => showView(event.view),
  home: (event) => place.tab === "home" && middle.draw(event.view),
  toast: (event) => toast(event.text, "note"),
};

async function linked(isLinked) {
  showLinked(isLinked);
  if (!isLinked) return;
  await refreshChannels();
  await Promise.all([middle.refresh(), thread?.refresh(), syncView()]);
}

function placeOf(parameters) {
  if (parameters.get("tab") === "home") return { tab: "home" };
  const named = channelOf(parameters.get("channel"));
  const first =
    workspace.channels.find((one) => one.kind === "channel") ??
    workspace.channels.find((one) => isBot(one.user)) ??
    workspace.channels[0];
  const channel = (named ?? first)?.id;
  if (!channel) return { tab: "home" };
  const rest = ["ts", "thread"]
    .filter((name) => named && parameters.get(name))
    .map((name) => [name, parameters.get(name)]);
  return { channel, ...Object.fromEntries(rest) };
}

async function start() {
  if (!(await loadWorkspace()) || !(await loadChannels())) {
    main.replaceChildren(
      h("p", { className: "beginning" }, "The sandbox doesn't answer. Start it, then load this page again."),
    );
    return;
  }
  const first = placeOf(here);
  history.replaceState(null, "", addressOf(first));
  renderBanner(banner, () => document.body.classList.toggle("sidebar-open"));
  arrive(first);
  main.addEventListener("click", () => document.body.classList.remove("sidebar-open"));
  window.addEventListener("popstate", () => arrive(placeOf(new URLSearchParams(location.search))));
  stream(workspace.me.id, (event) => HEARD[event.type]?.(event), linked);
}

start();
