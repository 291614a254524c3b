// The box people write in: messages, and slash commands with their list.

import { post } from "./api.js";
import { toast } from "./dialogs.js";
import { busy, freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { openBeside } from "./popups.js";
import { workspace } from "./workspace.js";

/** A composer for a conversation, or for a thread in it if `thread` is its ts. `sent` is called after something was. */
export function composer({ channel, thread = null, label, sent }) {
  const input = h("textarea", {
    rows: 1,
    className: "composer-input",
    placeholder: label,
    dir: "auto",
    "aria-label": label,
    autocomplete: "off",
  });
  const button = h(
    "button",
    { type: "button", className: "send", "aria-label": "Send", disabled: true },
    icon("send"),
  );
  const list = h("div", {
    className: "popup commands",
    role: "listbox",
    id: freshId("commands"),
    popover: "manual",
    "aria-label": "Commands",
  });
  const node = h(
    "form",
    { className: "composer" },
    list,
    input,
    h(
      "div",
      { className: "composer-row" },
      h("span", { className: "composer-hint" }, thread ? "" : hint()),
      button,
    ),
  );
  const commands = thread ? null : commandList(input, list, node);
  const send = () => submit({ input, button, channel, thread, sent, commands });
  input.addEventListener("input", () => changed(input, button, commands));
  input.addEventListener("keydown", (event) => pressed(event, commands, send));
  input.addEventListener("blur", () => commands?.close());
  button.addEventListener("click", send);
  return node;
}

function hint() {
  return h(
    "span",
    {},
    h("b", {}, "/"),
    " for commands · ",
    h("b", {}, "Enter"),
    " to send · ",
    h("b", {}, "Shift+Enter"),
    " for a new line",
  );
}

function changed(input, button, commands) {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
  button.disabled = !input.value.trim();
  commands?.narrow();
}

function pressed(event, commands, send) {
  if (event.isComposing || commands?.pressed(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send();
  }
}

async function submit({ input, button, channel, thread, sent, commands }) {
  const text = input.value.trim();
  if (!text || button.classList.contains("busy")) return;
  commands?.close();
  const isCommand = text.startsWith("/") && /^\/\S/.test(text);
  if (isCommand && thread) {
    toast("Commands can't be used in threads. Type it in the conversation instead.");
    return;
  }
  const message = { as: workspace.me.id, channel, text, ...(thread ? { thread_ts: thread } : {}) };
  const answer = await busy(button, post(isCommand ? "/sandbox/command" : "/sandbox/message", message));
  if (answer?.ok === false) {
    toast(answer.error || "This could not be sent. Try again.");
    return;
  }
  if (input.value.trim() === text) {
    input.value = "";
    changed(input, button, commands);
  }
  sent();
}

function commandList(input, list, node) {
  let active = 0;
  const matching = () => {
    if (!/^\/\S*$/.test(input.value)) return [];
    return workspace.commands.filter((command) => command.name.startsWith(input.value));
  };
  const close = () => {
    if (list.matches(":popover-open")) list.hidePopover();
  };
  const pick = (command) => {
    input.value = `${command.name} `;
    close();
    input.focus();
    input.dispatchEvent(new Event("input"));
  };
  const narrow = () => {
    const found = matching();
    if (!found.length) return close();
    active = Math.min(active, found.length - 1);
    list.replaceChildren(
      ...found.map((command, at) => commandOption(command, at === active, () => pick(command))),
    );
    list.style.width = `${node.offsetWidth}px`;
    return openBeside(node, list, { above: true });
  };
  const handle = (event) => {
    const found = list.matches(":popover-open") ? matching() : [];
    if (!found.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const exact = found.some((command) => command.name === input.value);
    if (step) {
      active = (active + step + found.length) % found.length;
      narrow();
    } else if (event.key === "Escape") close();
    else if (event.key === "Tab" || (event.key === "Enter" && !exact)) pick(found[active]);
    else return false;
    event.preventDefault();
    return true;
  };
  return { narrow, close, pressed: handle };
}

function commandOption(command, active, pick) {
  const node = h(
    "div",
    { className: `option${active ? " active" : ""}`, role: "option", "aria-selected": String(active) },
    h("span", {}, h("strong", {}, command.name), " ", h("span", { className: "usage" }, command.usage ?? "")),
    h("span", { className: "option-description" }, command.description ?? ""),
  );
  node.addEventListener("mousedown", (event) => {
    event.preventDefault();
    pick();
  });
  return node;
}
