/* What somebody typed or ticked while an answer was on its way is newer than the answer: how a field is known again on the page
   that comes, and how what it said is put back. */

const ticks = (field) => field.type === "checkbox" || field.type === "radio";

export const keyOf = (field) => (ticks(field) ? `${field.name}=${field.value}` : field.name);
export const saidIn = (field) => (ticks(field) ? field.checked : field.value);

/** What a field said when its page came. */
export function asItCame(field) {
  if (ticks(field)) return field.defaultChecked;
  return field.options ? ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value : field.defaultValue;
}

/** Those of `fields` that say something else than `before(field)`, by key. */
export const changed = (fields, before) =>
  new Map(fields.filter((field) => saidIn(field) !== before(field)).map((field) => [keyOf(field), saidIn(field)]));

/**
 * Put back what is newer, and let whatever saves or steers by it (`asks(field)`, perhaps null) hear of the change once the page
 * has settled: until then nothing in it listens.
 */
export function putBack(newer, fields, asks) {
  const hear = new Set();
  for (const field of fields) {
    const said = newer.get(keyOf(field));
    if (said === undefined || said === saidIn(field) || (field.type === "radio" && !said)) continue;
    if (ticks(field)) field.checked = said;
    else field.value = said;
    const one = asks(field);
    if (one) hear.add(one);
  }
  if (hear.size) setTimeout(() => { for (const one of hear) if (one.isConnected) htmx.trigger(one, "change"); }, htmx.config.defaultSettleDelay * 2);
}
