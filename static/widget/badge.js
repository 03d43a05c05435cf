/** The shop's own rating over all its published reviews; for people only, never as structured data. */

import { badgeSheet } from "./badge-style.js";
import { drawAggregate, drawLinks, h, sharedSheet, starSheet } from "./shared.js";

/** Draw the rating of the whole shop; nothing without a review, the tag then keeps what it holds. */
export async function draw(_element, kit) {
  const { language, load, get, folder } = kit;
  const [{ words: mine }, summary] = await Promise.all([load(`forms-${language[1]}`), get("store.json")]);
  if (!summary.count) throw new Error("nothing to show");
  const frame = h(
    "section",
    { part: "badge", ariaLabel: mine.store },
    h("p", { part: "badge-title" }, mine.store),
    drawAggregate(summary, language),
    drawLinks(kit, `${folder}reviews/index.html`),
  );
  return [frame, starSheet, sharedSheet, badgeSheet];
}
