// The bar at the top, which says what this page is.

import { makeDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { workspace } from "./workspace.js";

export function renderBanner(banner, toggleSidebar) {
  banner.replaceChildren(
    h(
      "button",
      {
        type: "button",
        className: "icon-button menu-button",
        "aria-label": "Show channels and people",
        onclick: toggleSidebar,
      },
      icon("menu"),
    ),
    h(
      "button",
      { type: "button", className: "about", onclick: about },
      icon("lock"),
      h(
        "span",
        {},
        "A local stand-in for Slack",
        h("span", { className: "wide" }, ": nothing leaves this machine"),
      ),
      h("u", {}, "About this sandbox"),
    ),
    h(
      "span",
      { id: "link", className: "link-state", role: "status", hidden: true },
      "Connection lost. Reconnecting…",
    ),
  );
}

/** Show or hide the message that the connection to the sandbox is lost. */
export function showLinked(linked) {
  document.getElementById("link").hidden = linked;
}

function about() {
  const app = workspace.bot.name;
  const lines = [
    `This page is a local stand-in for Slack. ${app} talks to it exactly as it talks to Slack: same SDK, same signatures, same payloads. Nothing leaves this machine.`,
    "Choose who you are on the left. Each person has their own address, so several tabs can be several people at once.",
    commandsLine(),
    `${app} under “Apps” has a Home tab and direct messages, as in Slack.`,
  ];
  const dialog = makeDialog(
    "About this sandbox",
    h("div", { className: "dialog-text" }, ...lines.filter(Boolean).map((line) => h("p", {}, line))),
  );
  dialog.showModal();
}

function commandsLine() {
  const names = workspace.commands.map((command) => command.name);
  return names.length
    ? `Type ${names.join(" or ")} into any conversation, fill in the form, then look at it as someone else.`
    : "";
}
