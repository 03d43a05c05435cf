/** Elements from names, properties and text: nothing a reviewer wrote is ever read as markup. */

/** An element; `props` are properties or, where there is no such property, attributes; strings become text. */
export function h(name, props, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null) continue;
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

/** A button that says `text` or shows `children`, and does `onclick`. */
export const button = (props, ...children) => h("button", { type: "button", ...props }, ...children);

/** `text` with its marks replaced: `%` by the first value, `#` by the second. */
export const fill = (text, first, second) => text.replace(/[%#]/g, (mark) => (mark === "%" ? first : second));

/** A date as people write it, without a clock: what was written on a day is of that day everywhere. */
export function drawDay(date, tag) {
  days[tag] ??= new Intl.DateTimeFormat(tag, { dateStyle: "long", timeZone: "UTC" });
  return h("time", { dateTime: date }, days[tag].format(new Date(date)));
}
const days = {};

/** Let `sheet` apply where `frame` is; once. */
export function adopt(frame, sheet) {
  const root = frame.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
