// Select menus: type to narrow down, arrows and Enter to choose (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).

import { debounced, freshId, h } from "./dom.js";
import { dispatch, labelled } from "./field.js";
import { icon } from "./icons.js";
import { plainString } from "./mrkdwn.js";
import { choicesFor, chosenOf, isMulti, kindOf, leastToType, valueOf } from "./options.js";
import { openBeside } from "./popups.js";

const TYPING_PAUSE = 200;

export function combobox(field) {
  const box = new Combobox(field);
  return box.node;
}

class Combobox {
  #field;
  #chosen;
  #active = null;
  #asked = 0;
  #typed = "";

  constructor(field) {
    this.#field = field;
    const { element, surface } = field;
    this.#chosen = chosenOf(element, surface.read(field));
    surface.write(field, valueOf(element, this.#chosen));
    this.list = h("div", {
      className: "popup listbox",
      role: "listbox",
      id: freshId("list"),
      popover: "manual",
    });
    this.input = this.#makeInput();
    this.chips = h("span", { className: "chips" });
    this.clear = h(
      "button",
      { type: "button", className: "clear", "aria-label": "Clear", onclick: () => this.#choose([]) },
      icon("close"),
    );
    this.node = h(
      "div",
      { className: "combobox" },
      this.chips,
      this.input,
      this.clear,
      icon("chevron"),
      this.list,
    );
    this.#showChosen();
  }

  #makeInput() {
    const { element } = this.#field;
    const search = debounced(kindOf(element) === "external" ? TYPING_PAUSE : 0, () => this.#search());
    return h("input", {
      ...labelled(this.#field),
      type: "text",
      role: "combobox",
      className: "text-input",
      autocomplete: "off",
      placeholder: plainString(element.placeholder) || "Choose an option",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
      onclick: () => this.#open(),
      oninput: () => {
        this.#typed = this.input.value;
        this.#show();
        search();
      },
      onkeydown: (event) => this.#pressed(event),
      onblur: () => this.#close(),
    });
  }

  get #isOpen() {
    return this.list.matches(":popover-open");
  }

  #open() {
    if (this.#isOpen) return;
    this.#typed = "";
    this.input.select();
    this.#show();
    this.#search();
  }

  #show() {
    this.input.setAttribute("aria-expanded", "true");
    this.list.style.width = `${this.node.offsetWidth}px`;
    openBeside(this.node, this.list);
  }

  #close() {
    if (this.#isOpen) this.list.hidePopover();
    this.#asked += 1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.#showChosen();
  }

  async #search() {
    const least = leastToType(this.#field.element);
    if (this.#typed.length < least) {
      this.#say(`Type ${least === 1 ? "a character" : `at least ${least} characters`} to search.`);
      return;
    }
    const asked = (this.#asked += 1);
    if (kindOf(this.#field.element) === "external" && !this.list.querySelector("[role=option]"))
      this.#say("Searching …");
    const found = await choicesFor(this.#field, this.#typed);
    if (asked !== this.#asked || document.activeElement !== this.input) return;
    if (found.error) this.#say(found.error);
    else this.#fill(found.groups);
  }

  #say(sentence) {
    this.#active = null;
    this.list.replaceChildren(h("p", { className: "list-note", role: "status" }, sentence));
    if (this.#isOpen) this.#show();
  }

  #fill(groups) {
    const nodes = groups.flatMap((group) => [
      ...(group.label ? [h("div", { className: "group-label", role: "presentation" }, group.label)] : []),
      ...group.options.map((option) => this.#optionNode(option)),
    ]);
    if (!nodes.length) {
      this.#say("No matches.");
      return;
    }
    this.list.replaceChildren(...nodes);
    this.#activate(
      this.list.querySelector("[aria-selected=true]") ?? this.list.querySelector("[role=option]"),
    );
    this.#show();
  }

  #optionNode(option) {
    const chosen = this.#chosen.some((one) => one.value === option.value);
    const description =
      option.description &&
      h("span", { className: "option-description", dir: "auto" }, plainString(option.description));
    const node = h(
      "div",
      { className: "option", role: "option", id: freshId("option"), "aria-selected": String(chosen) },
      h("span", { className: "option-text", dir: "auto" }, plainString(option.text)),
      description,
    );
    node.addEventListener("mousedown", (event) => event.preventDefault());
    node.addEventListener("mousemove", () => this.#activate(node, false));
    node.addEventListener("click", () => this.#pick(option));
    node.pick = () => this.#pick(option);
    return node;
  }

  #activate(node, scroll = true) {
    this.#active?.classList.remove("active");
    this.#active = node;
    node?.classList.add("active");
    if (!node) return;
    this.input.setAttribute("aria-activedescendant", node.id);
    if (scroll) node.scrollIntoView({ block: "nearest" });
  }

  #pressed(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#step(step);
    else if (event.key === "Enter" && this.#isOpen) this.#active?.pick();
    else if (event.key === "Enter") this.#open();
    else if (event.key === "Escape" && this.#isOpen) this.#close();
    else if (event.key === "Backspace" && isMulti(this.#field.element) && !this.input.value)
      this.#choose(this.#chosen.slice(0, -1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(step) {
    if (!this.#isOpen) {
      this.#open();
      return;
    }
    const options = [...this.list.querySelectorAll("[role=option]")];
    const at = options.indexOf(this.#active) + step;
    this.#activate(options.at(at % options.length) ?? null);
  }

  #pick(option) {
    if (!isMulti(this.#field.element)) return this.#choose([option]);
    const rest = this.#chosen.filter((one) => one.value !== option.value);
    return this.#choose(rest.length < this.#chosen.length ? rest : [...rest, option]);
  }

  async #choose(options) {
    const before = this.#chosen;
    this.#set(options);
    this.#close();
    const { element } = this.#field;
    if (!this.#field.dispatches) return;
    const sent = await dispatch(this.#field, valueOf(element, options), this.node);
    if (!sent) this.#set(before);
  }

  #set(options) {
    this.#chosen = options;
    this.#field.surface.write(this.#field, valueOf(this.#field.element, options));
    this.input.dispatchEvent(new Event("chosen", { bubbles: true }));
    this.#showChosen();
  }

  #showChosen() {
    const multi = isMulti(this.#field.element);
    this.input.value = multi ? "" : plainString(this.#chosen[0]?.text);
    this.clear.hidden = multi || !this.#field.optional || !this.#chosen.length;
    this.chips.hidden = !multi || !this.#chosen.length;
    if (multi) this.chips.replaceChildren(...this.#chosen.map((option) => this.#chip(option)));
  }

  #chip(option) {
    const name = plainString(option.text);
    const remove = () => this.#choose(this.#chosen.filter((one) => one.value !== option.value));
    return h(
      "span",
      { className: "chip" },
      name,
      h("button", { type: "button", "aria-label": `Remove ${name}`, onclick: remove }, icon("close")),
    );
  }
}
