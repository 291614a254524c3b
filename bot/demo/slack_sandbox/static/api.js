// The sandbox's own routes. Every failure becomes an answer {ok: false, error} with a sentence to show.

const UNREACHABLE = "The sandbox doesn't answer. Is it still running? Nothing was sent.";

const RETRY_AFTER = 2000;

export const here = new URLSearchParams(location.search);

async function ask(path, options) {
  try {
    const response = await fetch(path, options);
    const body = await response.json().catch(() => null);
    return response.ok ? body : { ok: false, error: sentence(body, response.status) };
  } catch {
    return { ok: false, error: UNREACHABLE };
  }
}

function sentence(body, status) {
  const said = body?.error ?? body?.detail;
  return typeof said === "string" ? said : `The sandbox refused this (HTTP ${status}).`;
}

export function get(path, parameters = {}) {
  return ask(`${path}?${new URLSearchParams(parameters)}`);
}

export function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Listen to the sandbox's events as one person. `heard` gets each event, `linked` true or false as it comes and goes.
 *
 * A browser keeps six connections to a server, so a tab in the background lets go of its own
 * and catches up when it is looked at again.
 */
export function stream(person, heard, linked) {
  let source = null;
  const open = () => {
    if (source || document.visibilityState !== "visible") return;
    source = new EventSource(`/sandbox/stream?${new URLSearchParams({ as: person })}`);
    source.onopen = () => linked(true);
    source.onerror = () => {
      linked(false);
      if (source?.readyState !== EventSource.CLOSED) return;
      source = null;
      setTimeout(open, RETRY_AFTER);
    };
    source.onmessage = (message) => heard(JSON.parse(message.data));
  };
  document.addEventListener("visibilitychange", () => {
    source?.close();
    source = null;
    open();
  });
  window.addEventListener("pagehide", () => source?.close());
  open();
}
