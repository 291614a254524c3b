// What a person has typed and chosen in one message or view, and how its controls tell the app.

import { post } from "./api.js";
import { toast } from "./dialogs.js";
import { workspace } from "./workspace.js";

/** Controls' values of one container, in the form of Slack's `state.values`. `submit` is a view's, if it has one. */
export function makeSurface(container, values = new Map(), submit = null) {
  const surface = {
    container,
    values,
    submit,
    read: (field) => stored(values, field),
    write: (field, value) =>
      values.set(keyOf(field.block, field.element), { type: field.element.type, ...value }),
    state: () => ({ values: nested(values) }),
    act: (field, action) => act(surface, field, action),
    suggest: (field, value) => post("/sandbox/suggest", { ...address(surface, field), value }),
    keep: (blocks) => forget(values, blocks),
  };
  return surface;
}

function keyOf(block, element) {
  return JSON.stringify([block.block_id ?? "", element.action_id ?? ""]);
}

function stored(values, { block, element }) {
  const value = values.get(keyOf(block, element));
  return value?.type === element.type ? value : undefined;
}

function nested(values) {
  const result = {};
  for (const [key, value] of values) {
    const [block, action] = JSON.parse(key);
    result[block] = { ...result[block], [action]: value };
  }
  return result;
}

function forget(values, blocks) {
  const present = new Set(
    blocks.flatMap((block) => elementsOf(block).map((element) => keyOf(block, element))),
  );
  for (const key of [...values.keys()]) if (!present.has(key)) values.delete(key);
}

function elementsOf(block) {
  return [...(block.elements ?? []), block.element, block.accessory].filter((element) => element?.action_id);
}

function address(surface, { block, element }) {
  return {
    as: workspace.me.id,
    container: surface.container,
    block_id: block.block_id,
    action_id: element.action_id,
  };
}

async function act(surface, field, action) {
  const { element } = field;
  const sent = {
    ...address(surface, field),
    action: { type: element.type, ...action },
    state: surface.state(),
  };
  const answer = await post("/sandbox/action", sent);
  if (!answer?.ok) toast(answer?.error || "The app didn't take this click. Try it again.");
  return answer;
}
