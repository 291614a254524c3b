// What every interactive element has in common. A field is as elements.js says.

import { confirmed } from "./dialogs.js";
import { busy, freshId } from "./dom.js";
import { plainString } from "./mrkdwn.js";

/** Ask if the element wants to be sure, then tell the app. False if the person thought better of it. */
export async function dispatch(field, action, node) {
  if (field.element.confirm && !(await confirmed(field.element.confirm))) return false;
  await busy(node, field.surface.act(field, action));
  return true;
}

/** The attributes that tie a control to its label, hint and error; a label of its own where it has none. */
export function labelled(field) {
  const own = plainString(field.element.placeholder) || field.element.action_id;
  return {
    id: field.id ?? freshId("control"),
    "aria-labelledby": field.labelId,
    "aria-label": field.labelId ? undefined : own,
    "aria-describedby": field.describedBy,
    "aria-required": field.labelId && !field.optional ? "true" : undefined,
  };
}
