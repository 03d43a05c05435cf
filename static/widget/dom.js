/** Elements from names, properties and text: nothing a reviewer wrote is ever read as markup. */

/** An element; `props` are properties or, with a hyphen, attributes; strings become text. */
export function h(name, props, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null) continue;
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}
