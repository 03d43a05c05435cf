/** Five stars as one picture, filled up to an average; told apart by shape as well as colour. */

const SVG = "http://www.w3.org/2000/svg";
const FIVE = [12, 36, 60, 84, 108].map((x) => `M${x} 2l3 7h7l-6 5 2 8-6-5-6 5 2-8-6-5h7z`).join("");

function node(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const attribute in attributes) made.setAttribute(attribute, attributes[attribute]);
  made.append(...children);
  return made;
}

const picture = node(
  "svg",
  { viewBox: "0 0 120 24", part: "star-row", "aria-hidden": true },
  node("path", { d: FIVE }),
  node("svg", { height: 24, overflow: "hidden" }, node("path", { d: FIVE })),
);

/** The picture for an average from 0 to 5; whoever shows it gives it a name. */
export function drawStars(average) {
  const drawn = picture.cloneNode(true);
  drawn.lastChild.setAttribute("width", 24 * average);
  return drawn;
}

export const starSheet = new CSSStyleSheet();
starSheet.replaceSync(`
[part=stars]{white-space:nowrap;color:inherit;text-decoration:none}
[part=star-row]{inline-size:5em;block-size:1em;vertical-align:-.15em;margin-inline-end:.4em;fill:none;stroke:currentColor;stroke-width:1.4}
svg svg{color:var(--review-star-color,#b87503);fill:currentColor}
:dir(rtl)>svg{transform:scaleX(-1)}
`);
