// Text and number inputs.

import { debounced, h } from "./dom.js";
import { labelled } from "./field.js";
import { plainString } from "./mrkdwn.js";

const TYPING_PAUSE = 300;
const SHOW_LEFT_BELOW = 50;

export function textField(field) {
  const { element, surface } = field;
  const now = surface.read(field) ?? { value: element.initial_value || null };
  surface.write(field, now);
  const node = h(element.multiline ? "textarea" : "input", {
    ...labelled(field),
    className: "text-input",
    value: now.value ?? "",
    placeholder: plainString(element.placeholder),
    dir: "auto",
    autocomplete: "off",
    ...(element.multiline ? { rows: 4 } : { type: "text", inputMode: inputModeOf(element) }),
    ...(element.focus_on_load ? { autofocus: true } : {}),
  });
  const left = h("span", { className: "left", "aria-live": "polite", hidden: true });
  const tell = debounced(TYPING_PAUSE, () => triggers(field, "on_character_entered") && act(field, node));
  node.addEventListener("input", () => {
    surface.write(field, { value: node.value || null });
    countDown(element, node, left);
    tell();
  });
  node.addEventListener("keydown", (event) => pressed(event, field, node));
  return h("div", { className: "text-field" }, node, left);
}

function inputModeOf(element) {
  if (element.type === "number_input") return element.is_decimal_allowed ? "decimal" : "numeric";
  return { email_text_input: "email", url_text_input: "url" }[element.type] ?? "text";
}

function triggers({ element, dispatches }, trigger) {
  return (
    dispatches &&
    (element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]).includes(trigger)
  );
}

function act(field, node) {
  field.surface.act(field, { value: node.value || null });
}

function pressed(event, field, node) {
  if (event.key !== "Enter" || event.isComposing) return;
  const deliberate = event.ctrlKey || event.metaKey;
  if (field.element.multiline && !deliberate) return;
  event.preventDefault();
  if (!deliberate && triggers(field, "on_enter_pressed")) act(field, node);
  else field.surface.submit?.();
}

function countDown(element, node, left) {
  const remaining = (element.max_length ?? Infinity) - node.value.length;
  left.hidden = remaining > SHOW_LEFT_BELOW;
  left.textContent = left.hidden ? "" : String(remaining);
  left.classList.toggle("over", remaining < 0);
}

/** What is wrong with a text as Slack itself checks it before it submits a view; nothing if it is fine. */
export function faultOf(element, value) {
  if (element.type === "number_input") return numberFault(element, value);
  if (element.min_length && value.length < element.min_length) {
    return `Enter at least ${element.min_length} characters; there are ${value.length}.`;
  }
  if (element.max_length && value.length > element.max_length) {
    return `Enter at most ${element.max_length} characters; there are ${value.length}.`;
  }
  return null;
}

function numberFault(element, value) {
  const number = Number(value);
  if (!/^[-+]?\d*[.]?\d+$/.test(value.trim())) return "Enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value))
    return `Enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value))
    return `Enter ${element.max_value} or less.`;
  return null;
}
