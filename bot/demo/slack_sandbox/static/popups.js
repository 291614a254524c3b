// Lists that open beside a control, above everything else on the page.

import { h } from "./dom.js";

const GAP = 4;

/** Show `popup` (a child of the control's own container, so that an open dialog doesn't shut it out) beside `anchor`. */
export function openBeside(anchor, popup, { above = false } = {}) {
  if (!popup.matches(":popover-open")) popup.showPopover();
  const box = anchor.getBoundingClientRect();
  const height = popup.offsetHeight;
  const fitsBelow = box.bottom + GAP + height <= innerHeight;
  const top =
    above || (!fitsBelow && box.top > innerHeight - box.bottom)
      ? Math.max(GAP, box.top - GAP - height)
      : box.bottom + GAP;
  popup.style.top = `${top}px`;
  popup.style.left = `${Math.max(GAP, Math.min(box.left, innerWidth - popup.offsetWidth - GAP))}px`;
}

/** A menu of {text, run, url?} under a button. */
export function openMenu(anchor, items) {
  const menu = h("div", { className: "popup menu", role: "menu", popover: "auto" });
  menu.append(...items.map((item) => menuItem(item, menu)));
  menu.addEventListener("keydown", (event) => moveInMenu(event, menu, anchor));
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
  anchor.after(menu);
  openBeside(anchor, menu);
  menu.firstElementChild?.focus();
}

function menuItem(item, menu) {
  const run = () => {
    menu.hidePopover();
    item.run();
  };
  if (item.url && /^https?:/i.test(item.url)) {
    return h(
      "a",
      {
        className: "option",
        role: "menuitem",
        href: item.url,
        target: "_blank",
        rel: "noopener noreferrer",
        onclick: run,
      },
      item.text,
    );
  }
  return h("button", { type: "button", className: "option", role: "menuitem", onclick: run }, item.text);
}

function moveInMenu(event, menu, anchor) {
  const items = [...menu.children];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    menu.hidePopover();
    anchor.focus();
  }
}
