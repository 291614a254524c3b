// Block Kit's interactive elements. A field is {element, block, surface, dispatches, optional, id?, labelId?, describedBy?}.

import { combobox } from "./combobox.js";
import { freshId, h } from "./dom.js";
import { dispatch, labelled } from "./field.js";
import { icon } from "./icons.js";
import { plainString, renderText } from "./mrkdwn.js";
import { openMenu } from "./popups.js";
import { textField } from "./textfield.js";

const ELEMENTS = {
  button,
  workflow_button: button,
  overflow,
  checkboxes: (field) => choices(field, "checkbox"),
  radio_buttons: (field) => choices(field, "radio"),
  datepicker: (field) => picker(field, "date", "selected_date", field.element.initial_date),
  timepicker: (field) => picker(field, "time", "selected_time", field.element.initial_time),
  datetimepicker: (field) => momentPicker(field),
  plain_text_input: textField,
  number_input: textField,
  email_text_input: textField,
  url_text_input: textField,
  static_select: combobox,
  external_select: combobox,
  users_select: combobox,
  conversations_select: combobox,
  channels_select: combobox,
  multi_static_select: combobox,
  multi_external_select: combobox,
  multi_users_select: combobox,
  multi_conversations_select: combobox,
  multi_channels_select: combobox,
};

export function renderElement(field) {
  const render = ELEMENTS[field.element.type];
  if (render) return render(field);
  return h("span", { className: "unknown" }, `(The sandbox doesn't draw “${field.element.type}”.)`);
}

function button(field) {
  const { element } = field;
  const className = `button${element.style ? ` button-${element.style}` : ""}`;
  const label = element.accessibility_label;
  const press = () => dispatch(field, element.value === undefined ? {} : { value: element.value }, node);
  const props = { className, "aria-label": label, onclick: press };
  const node =
    element.url && /^https?:/i.test(element.url)
      ? h(
          "a",
          { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer" },
          renderText(element.text),
        )
      : h("button", { ...props, type: "button" }, renderText(element.text));
  return node;
}

function overflow(field) {
  const node = h(
    "button",
    {
      type: "button",
      className: "button button-square",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
    },
    icon("more"),
  );
  const items = field.element.options.map((option) => ({
    text: plainString(option.text),
    url: option.url,
    run: () => dispatch(field, { selected_option: option }, node),
  }));
  node.addEventListener("click", () => openMenu(node, items));
  return h("span", { className: "anchor" }, node);
}

function choices(field, kind) {
  const { element, surface } = field;
  const many = kind === "checkbox";
  const initial = many
    ? { selected_options: element.initial_options ?? [] }
    : { selected_option: element.initial_option ?? null };
  const now = surface.read(field) ?? initial;
  surface.write(field, now);
  const chosen = new Set(
    (many ? now.selected_options : [now.selected_option]).map((option) => option?.value),
  );
  const name = freshId("choice");
  const group = h("div", {
    className: "choices",
    role: many ? "group" : "radiogroup",
    "aria-labelledby": field.labelId,
  });
  group.append(
    ...element.options.map((option) => choice({ kind, name, option, checked: chosen.has(option.value) })),
  );
  group.addEventListener("change", () => {
    const ticked = [...group.querySelectorAll("input")].flatMap((input, at) =>
      input.checked ? [element.options[at]] : [],
    );
    const value = many ? { selected_options: ticked } : { selected_option: ticked[0] ?? null };
    changed(field, value, group);
  });
  return group;
}

function choice({ kind, name, option, checked }) {
  const input = h("input", { type: kind, name, value: option.value, checked });
  const described =
    option.description && h("span", { className: "choice-description" }, renderText(option.description));
  return h("label", { className: "choice" }, input, h("span", {}, renderText(option.text), described));
}

function picker(field, type, key, initial) {
  const now = field.surface.read(field) ?? { [key]: initial ?? null };
  field.surface.write(field, now);
  const node = h("input", {
    ...labelled(field),
    type,
    className: "text-input picker",
    value: now[key] ?? "",
  });
  node.addEventListener("change", () => changed(field, { [key]: node.value || null }, node));
  return node;
}

function momentPicker(field) {
  const key = "selected_date_time";
  const now = field.surface.read(field) ?? { [key]: field.element.initial_date_time ?? null };
  field.surface.write(field, now);
  const value = now[key] ? localMoment(new Date(now[key] * 1000)) : "";
  const node = h("input", {
    ...labelled(field),
    type: "datetime-local",
    className: "text-input picker",
    value,
  });
  node.addEventListener("change", () =>
    changed(field, { [key]: node.value ? Math.floor(new Date(node.value) / 1000) : null }, node),
  );
  return node;
}

function localMoment(date) {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function changed(field, value, node) {
  field.surface.write(field, value);
  if (field.dispatches) dispatch(field, value, node);
}
