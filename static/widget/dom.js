/** Elements from names, properties and text: nothing a reviewer wrote is ever read as markup. */
import { PLAIN } from "./language.js";

/** An element; `props` are properties or, where there is no such property, attributes; strings become text. */
export function h(name, props, ...children) {
  const made = document.createElement(name);
  for (const key of Object.keys(props || {})) {
    const value = props[key];
    if (value === undefined || value === null) continue;
    if (key !== "part" && key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

/** A copy of what `make` makes for this key: what many reviews have alike is made once. */
export function clone(key, make) {
  if (!models.has(key)) models.set(key, make());
  return models.get(key).cloneNode(true);
}
const models = new Map();

/** A button that says `text` or shows `children`, and does `onclick`. */
export const button = (props, ...children) => h("button", { type: "button", ...props }, ...children);

/** `text` with its marks replaced: `%` by the first value, `#` by the second. */
export const fill = (text, first, second) => text.replace(/[%#]/g, (mark) => (mark === "%" ? first : second));

/** A date as people write it, without a clock: what was written on a day is of that day everywhere. */
export function drawDay(date, { language: [tag], words }) {
  return h("time", { dateTime: date }, PLAIN.test(tag) ? plainDay(date, tag, words) : formatDay(date, tag));
}

/** As `formatDay` writes it, by the words at hand. */
function plainDay(date, tag, { day, months }) {
  const [year, month, number] = date.split("-");
  const parts = { Y: year, M: months.split(" ")[month - 1], D: +number };
  return (/^en-gb$/i.test(tag) ? "D M Y" : day).replace(/[YMD]/g, (mark) => parts[mark]);
}

const days = {};
function formatDay(date, tag) {
  days[tag] ??= new Intl.DateTimeFormat(tag, { dateStyle: "long", timeZone: "UTC" });
  return days[tag].format(new Date(date));
}

/** Let `sheet` apply where `frame` is; once. */
export function adopt(frame, sheet) {
  const root = frame.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
