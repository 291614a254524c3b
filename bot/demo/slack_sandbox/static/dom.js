// Building and updating the page. Data reaches it as text nodes and attributes, never as markup.

/** An element. `props` are DOM properties; names with a dash and `role` are attributes, `on…` are listeners. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "dataset") Object.assign(node.dataset, value);
  else if (name.includes("-") || name === "role") node.setAttribute(name, value);
  else node[name] = value;
}

let ids = 0;

/** An id for an element, unique on this page. */
export function freshId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}

const drawn = new WeakMap();

/** Make `parent` hold `items` ({key, signature, build}) in order; what has kept its signature stays as it is. */
export function reconcile(parent, items) {
  const old = new Map([...parent.children].map((node) => [drawn.get(node)?.key, node]));
  const nodes = items.map((item) => reuseOrBuild(old.get(item.key), item));
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  });
}

function reuseOrBuild(node, { key, signature, build }) {
  if (node && drawn.get(node).signature === signature) return node;
  const fresh = build();
  drawn.set(fresh, { key, signature });
  return fresh;
}

/** `run`, never twice at once; asked for meanwhile, it runs once more afterwards. */
export function coalesced(run) {
  let running = null;
  let again = false;
  const loop = async () => {
    do {
      again = false;
      await run();
    } while (again);
  };
  return () => {
    if (running) again = true;
    else
      running = loop().finally(() => {
        running = null;
      });
    return running;
  };
}

export function debounced(milliseconds, run) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), milliseconds);
  };
}

/** Show a control as busy until the promise is settled. */
export async function busy(node, promise) {
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  const inputs = node.matches("button, input, textarea")
    ? [node]
    : [...node.querySelectorAll("button, input")];
  const enabled = inputs.filter((input) => !input.disabled && input.tagName === "BUTTON");
  for (const input of enabled) input.disabled = true;
  try {
    return await promise;
  } finally {
    for (const input of enabled) input.disabled = false;
    node.classList.remove("busy");
    node.removeAttribute("aria-busy");
  }
}
