/** Five stars as one picture, filled up to an average; told apart by shape as well as colour. */

const make = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
const picture = make("svg");
const five = make("path");
const filled = make("svg");
picture.setAttribute("part", "star-row");
picture.setAttribute("viewBox", "0 0 80 16");
five.setAttribute("d", `M8 1${"l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5zm16 0".repeat(5)}`);
picture.append(five.cloneNode(), filled);
filled.append(five);

/** The picture for an average from 0 to 5; whoever shows it gives it a name. */
export function drawStars(average) {
  const drawn = picture.cloneNode(true);
  // A width rather than a style: styles of one's own are worked out for each of 500.
  drawn.lastChild.setAttribute("width", 16 * average);
  return drawn;
}

export const starSheet = new CSSStyleSheet();
starSheet.replaceSync(
  "a{color:inherit;text-decoration:none}" +
    "svg[part]{height:1em;vertical-align:-.15em;fill:none;stroke:currentColor}" +
    "svg svg{color:var(--review-star-color,#b87503);fill:currentColor}" +
    "svg[part]:dir(rtl){scale:-1 1}",
);
