// Short dialogs and passing notices.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plainString, renderText } from "./mrkdwn.js";

const TOAST_STAYS = 7000;

/** Ask with a confirmation object (https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object). */
export function confirmed(confirm) {
  return new Promise((settle) => {
    const dialog = makeDialog(
      plainString(confirm.title),
      h("div", { className: "dialog-text", dir: "auto" }, renderText(confirm.text)),
    );
    const answer = (yes) => () => {
      settle(yes);
      dialog.close();
    };
    const style = confirm.style === "danger" ? "button-danger" : "button-primary";
    dialog.append(
      h(
        "footer",
        { className: "dialog-footer" },
        h(
          "button",
          { type: "button", className: "button", onclick: answer(false) },
          plainString(confirm.deny) || "Cancel",
        ),
        h(
          "button",
          { type: "button", className: `button ${style}`, autofocus: true, onclick: answer(true) },
          plainString(confirm.confirm) || "Confirm",
        ),
      ),
    );
    dialog.addEventListener("close", () => settle(false));
    dialog.showModal();
  });
}

/** A dialog with a title and a way out; it leaves the page when it is closed. */
export function makeDialog(title, ...content) {
  const close = h(
    "button",
    { type: "button", className: "icon-button", "aria-label": "Close", onclick: () => dialog.close() },
    icon("close"),
  );
  const dialog = h(
    "dialog",
    { className: "dialog", "aria-label": title },
    h("header", { className: "dialog-header" }, h("h2", { dir: "auto" }, title), close),
    ...content,
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}

/** Say something that passes by, above any open dialog. */
export function toast(sentence, kind = "error") {
  const close = h(
    "button",
    { type: "button", className: "icon-button", "aria-label": "Dismiss" },
    icon("close"),
  );
  const note = h(
    "div",
    { className: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status", popover: "manual" },
    kind === "error" && icon("warning"),
    h("span", { dir: "auto" }, sentence),
    close,
  );
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const leave = () => note.remove();
  close.addEventListener("click", leave);
  host.append(note);
  note.showPopover();
  setTimeout(leave, TOAST_STAYS);
}
