// Keeps the reader's own searches, by name, in this browser. A search is its address, so the server keeps nothing.
// Without this script, a bookmark does the same.

const panel = document.getElementById("saved");
const { owner, here } = panel.dataset;
const key = `daypass.searches ${owner}`;
const MAX_SAVED = 30;

/** Give [name, address] pairs; only addresses of searches, whatever the storage has. */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "[]");
    return found.filter(([name, address]) => typeof name === "string" && /^\/search(\?|$)/.test(address));
  } catch {
    return [];
  }
}

function keep(searches) {
  localStorage.setItem(key, JSON.stringify(searches.slice(-MAX_SAVED)));
  show();
}

function show() {
  panel.querySelector("ul").replaceChildren(...kept().map(([name, address]) => item(name, address)));
}

function item(name, address) {
  const link = Object.assign(document.createElement("a"), { href: address, textContent: name });
  if (address === here) link.setAttribute("aria-current", "page");
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "✕" });
  remove.setAttribute("aria-label", `Delete the saved search ${name}`);
  remove.addEventListener("click", () => {
    keep(kept().filter(([other]) => other !== name));
    field.focus();
  });
  const row = document.createElement("li");
  row.append(link, remove);
  return row;
}

const form = panel.querySelector("form");
const field = form.querySelector("input");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = field.value.trim();
  if (!name) return;
  keep([...kept().filter(([other]) => other !== name), [name, here]]);
  form.reset();
});
panel.hidden = false;
panel.open = kept().length > 0;
show();
