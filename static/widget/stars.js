/** Five stars as one picture, filled up to an average; told apart by shape as well as colour. */

const make = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
const picture = make("svg");
const five = make("path");
five.setAttribute("d", `M8 1${"l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5zm16 0".repeat(5)}`);
picture.setAttribute("viewBox", "0 0 80 16");
picture.setAttribute("part", "star-row");
picture.append(five, five.cloneNode());

/** The picture for an average from 0 to 5; whoever shows it gives it a name. */
export function drawStars(average) {
  const drawn = picture.cloneNode(true);
  drawn.lastChild.style.clipPath = `inset(0 ${100 - 20 * average}% 0 0)`;
  return drawn;
}

export const starSheet = new CSSStyleSheet();
starSheet.replaceSync(
  "a{color:inherit;text-decoration:none}" +
    "svg{height:1em;vertical-align:-.15em;fill:none;stroke:currentColor}" +
    "path+path{color:var(--review-star-color,#b87503);fill:currentColor}" +
    "svg:dir(rtl){transform:scaleX(-1)}",
);
