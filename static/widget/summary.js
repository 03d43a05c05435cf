/** The summary alone: its rows narrow the list of the same product, where the page has one. */
import { drawLinks, drawSummary, h, sharedSheet, starSheet } from "./shared.js";

/** The summary of a product; rejects without reviews. */
export async function draw(_element, kit) {
  const { words, product, folder, key } = kit;
  const head = await kit.get(`products/${key}/head.json`);
  const list = [...document.getElementsByTagName("review-list")].find(
    (tag) => tag.getAttribute("product") === product,
  );
  const frame = h(
    "section",
    { part: "summary-frame", lang: kit.language[1], ariaLabel: words.summary },
    // A row is pressed to read those reviews: they come into view, and load if they had not.
    drawSummary(head, kit, list && (() => list.scrollIntoView({ block: "nearest" }))),
    drawLinks(kit, `${folder}products/${key}/index.html`),
  );
  return [frame, starSheet, sharedSheet];
}
