// Block Kit's blocks (https://docs.slack.dev/reference/block-kit/blocks).

import { freshId, h, reconcile } from "./dom.js";
import { renderElement } from "./elements.js";
import { renderText } from "./mrkdwn.js";
import { renderRichText } from "./richtext.js";

const BLOCKS = {
  header: (block) => h("h3", { className: "header-block", dir: "auto" }, renderText(block.text)),
  divider: () => h("hr"),
  section: renderSection,
  context: renderContext,
  actions: renderActions,
  image: renderImage,
  input: renderInput,
  rich_text: renderRichText,
};

/** Draw blocks into `parent`; what hasn't changed since the last time is left alone. */
export function renderBlocks(parent, blocks, surface) {
  const seen = new Map();
  const items = blocks.map((block) => {
    const signature = JSON.stringify(block);
    const name = block.block_id ?? signature;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return { key: `${name}/${seen.get(name)}`, signature, build: () => renderBlock(block, surface) };
  });
  reconcile(parent, items);
}

function renderBlock(block, surface) {
  const render = BLOCKS[block.type] ?? renderUnknown;
  const node = h("div", { className: `block block-${block.type}`, dataset: { block: block.block_id ?? "" } });
  node.append(render(block, surface));
  return node;
}

function renderUnknown(block) {
  return h("p", { className: "unknown" }, `(The sandbox doesn't draw blocks of the type “${block.type}”.)`);
}

function textBox(text, className) {
  return h("div", { className: `text ${className}`, dir: "auto" }, renderText(text));
}

function renderSection(block, surface) {
  const body = h("div", { className: "section-body" });
  if (block.text) body.append(textBox(block.text, "section-text"));
  if (block.fields)
    body.append(h("div", { className: "fields" }, ...block.fields.map((field) => textBox(field, "field"))));
  const accessory =
    block.accessory && h("div", { className: "accessory" }, control(block.accessory, block, surface));
  return h("div", { className: "section" }, body, accessory);
}

function renderContext(block) {
  return h(
    "div",
    { className: "context" },
    ...block.elements.map((element) =>
      element.type === "image" ? picture(element, "context-image") : textBox(element, "context-text"),
    ),
  );
}

function renderActions(block, surface) {
  return h(
    "div",
    { className: "actions" },
    ...block.elements.map((element) => control(element, block, surface)),
  );
}

function control(element, block, surface) {
  if (element.type === "image") return picture(element, "accessory-image");
  return renderElement({ element, block, surface, dispatches: true, optional: false });
}

function picture(element, className) {
  const image = h("img", {
    className,
    src: element.image_url ?? "",
    alt: element.alt_text ?? "",
    title: element.alt_text ?? "",
  });
  image.addEventListener("error", () =>
    image.replaceWith(h("span", { className: "no-image" }, element.alt_text || "image")),
  );
  return image;
}

function renderImage(block) {
  const title = block.title && h("figcaption", {}, renderText(block.title));
  return h("figure", {}, title, picture(block, "block-image"));
}

function renderInput(block, surface) {
  const id = freshId("field");
  const optional = Boolean(block.optional);
  const label = h(
    "label",
    { id: `${id}-label`, htmlFor: id, className: "input-label", dir: "auto" },
    renderText(block.label),
    optional && h("span", { className: "optional" }, " (optional)"),
  );
  const error = h("p", { id: `${id}-error`, className: "field-error", role: "alert", hidden: true });
  const hint =
    block.hint && h("p", { id: `${id}-hint`, className: "hint", dir: "auto" }, renderText(block.hint));
  const describedBy = [error.id, hint?.id].filter(Boolean).join(" ");
  const field = {
    element: block.element,
    block,
    surface,
    dispatches: Boolean(block.dispatch_action),
    optional,
  };
  const body = renderElement({ ...field, id, labelId: `${id}-label`, describedBy });
  return h("div", { className: "input" }, label, body, error, hint);
}

/** Put a sentence under an input block, or take it away. */
export function showFieldError(node, sentence) {
  const error = node.querySelector(".field-error");
  if (!error) return;
  error.textContent = sentence ?? "";
  error.hidden = !sentence;
  for (const input of node.querySelectorAll("input, textarea"))
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
}
