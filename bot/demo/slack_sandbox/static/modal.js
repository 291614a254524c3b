// The modal that is open for this person. The stack under it is the sandbox's; here only its top is shown.

import { get, post } from "./api.js";
import { renderBlocks, showFieldError } from "./blocks.js";
import { busy, h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { plainString } from "./mrkdwn.js";
import { chosenOf } from "./options.js";
import { makeSurface } from "./surface.js";
import { faultOf } from "./textfield.js";
import { workspace } from "./workspace.js";

const REQUIRED = "Please complete this required field.";

const kept = new Map();
let shown = null;
let changes = 0;

/** Show this view, or none. A view that is only updated keeps what was typed, and the focus. */
export function showView(view) {
  changes += 1;
  if (!view) {
    kept.clear();
    leave();
  } else if (shown?.view.id === view.id) {
    update(view);
  } else {
    leave();
    open(view);
  }
}

/** Ask the sandbox which view is open; what it tells by itself meanwhile is newer. */
export async function syncView() {
  const before = changes;
  const view = await get("/sandbox/view", { as: workspace.me.id });
  if (view?.ok !== false && changes === before) showView(view);
}

function leave() {
  shown?.dialog.remove();
  shown = null;
}

function open(view) {
  const values = kept.get(view.id) ?? new Map();
  kept.set(view.id, values);
  const surface = makeSurface({ type: "view", view_id: view.id }, values, () => submit());
  const body = h("div", { className: "modal-body" });
  const dialog = h("dialog", { className: "modal", "aria-labelledby": "modal-title" });
  shown = { view, surface, dialog, body };
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  dialog.addEventListener("close", close);
  for (const name of ["input", "change", "chosen"]) body.addEventListener(name, forgetError);
  update(view);
  document.body.append(dialog);
  dialog.showModal();
  (body.querySelector("[autofocus]") ?? body.querySelector("input, textarea, button"))?.focus({
    preventScroll: true,
  });
}

function update(view) {
  shown.view = view;
  const { dialog, body, surface } = shown;
  const focused = focusIn(body);
  renderBlocks(body, view.blocks, surface);
  surface.keep(view.blocks);
  reconcile(dialog, [
    { key: "header", signature: JSON.stringify(view.title), build: () => header(view) },
    { key: "body", signature: "", build: () => body },
    { key: "footer", signature: JSON.stringify([view.submit, view.close]), build: () => footer(view) },
  ]);
  focused?.();
}

/** Where the focus is, as a function that puts it back into whatever stands there later. */
function focusIn(body) {
  const at = document.activeElement;
  const block = at?.closest?.("[data-block]");
  if (!block || !body.contains(at)) return null;
  const { selectionStart: start, selectionEnd: end, tagName } = at;
  const index = [...block.querySelectorAll(tagName)].indexOf(at);
  return () => {
    const again = body.contains(at)
      ? at
      : inBlock(body, block.dataset.block)?.querySelectorAll(tagName)[index];
    again?.focus({ preventScroll: true });
    if (again && start !== null && start !== undefined) again.setSelectionRange(start, end);
  };
}

function inBlock(body, id) {
  return [...body.children].find((node) => node.dataset.block === id);
}

function header(view) {
  return h(
    "header",
    { className: "modal-header" },
    h("span", { className: "app-mark", "aria-hidden": "true" }, (workspace.bot.name || "?")[0]),
    h("h2", { id: "modal-title", dir: "auto" }, plainString(view.title)),
    h(
      "button",
      { type: "button", className: "icon-button", "aria-label": "Close", onclick: close },
      icon("close"),
    ),
  );
}

function footer(view) {
  return h(
    "footer",
    { className: "modal-footer", hidden: !view.submit && !view.close },
    h("p", { className: "modal-error", role: "alert" }),
    h("button", { type: "button", className: "button", onclick: close }, plainString(view.close) || "Cancel"),
    view.submit &&
      h(
        "button",
        { type: "button", className: "button button-primary submit", onclick: submit },
        plainString(view.submit),
      ),
  );
}

async function close() {
  if (!shown) return;
  const { view } = shown;
  await post("/sandbox/view/close", { as: workspace.me.id, view_id: view.id });
  kept.delete(view.id);
  await syncView();
}

async function submit() {
  const { view, surface, dialog } = shown;
  const button = dialog.querySelector(".submit");
  if (!view.submit || button.disabled) return;
  const faults = faultsOf(view, surface);
  showErrors(faults);
  if (Object.keys(faults).length) return;
  const sent = post("/sandbox/view/submit", {
    as: workspace.me.id,
    view_id: view.id,
    state: surface.state(),
  });
  const answer = await busy(button, sent);
  if (answer?.ok && !answer.errors) await syncView();
  else if (shown?.dialog === dialog)
    showErrors(
      answer?.errors ?? {},
      answer?.errors ? "" : answer?.error || "The app didn't take this. Try again.",
    );
}

function faultsOf(view, surface) {
  const inputs = view.blocks.filter((block) => block.type === "input");
  const faults = inputs.map((block) => [
    block.block_id,
    faultIn(block, surface.read({ block, element: block.element }) ?? {}),
  ]);
  return Object.fromEntries(faults.filter(([, fault]) => fault));
}

function faultIn(block, value) {
  const { element } = block;
  if (isEmpty(element, value)) return block.optional ? null : REQUIRED;
  return "value" in value ? faultOf(element, value.value) : null;
}

function isEmpty(element, value) {
  if (element.type.endsWith("_select")) return !chosenOf(element, value).length;
  const plain = Object.entries(value)
    .filter(([name]) => name !== "type")
    .map(([, one]) => one);
  return plain.every(
    (one) => one === null || one === "" || one === undefined || (Array.isArray(one) && !one.length),
  );
}

function showErrors(errors, general = "") {
  const { dialog, body } = shown;
  const blocks = [...body.children];
  for (const node of blocks) showFieldError(node, errors[node.dataset.block]);
  const lost = Object.entries(errors)
    .filter(([id]) => !inBlock(body, id)?.querySelector(".field-error"))
    .map(([, text]) => text);
  const notice = dialog.querySelector(".modal-error");
  if (notice) notice.textContent = [general, ...lost].filter(Boolean).join(" ");
  const first = blocks.find((node) => errors[node.dataset.block]);
  first?.scrollIntoView({ block: "nearest" });
  first?.querySelector("input, textarea")?.focus({ preventScroll: true });
}

function forgetError(event) {
  const block = event.target.closest(".block-input");
  if (block) showFieldError(block, null);
}
