/** All photos and films of a product's reviews as a grid; films also as a row of upright stories. */
import { gallerySheet } from "./gallery-style.js";
import {
  ask,
  button,
  choiceOf,
  drawLinks,
  drawThumb,
  h,
  liveOf,
  mediaOf,
  sharedSheet,
  sourcesOf,
  starSheet,
  stripOf,
} from "./shared.js";

/** As many as the head holds; a full strip may have more behind it. */
const STRIP = 12;

/** The gallery of a product; rejects where there is nothing to see. */
export async function draw(element, given) {
  const { words, product, key, folder } = given;
  const kit = { ...given, choice: choiceOf(product) };
  const head = await kit.get(`products/${key}/head.json`);
  const items = stripOf(head);
  if (!items.length) throw new Error("nothing to see");
  const frame = h("section", { part: "gallery", lang: kit.language[1], ariaLabel: words.gallery });
  const show = (shown) => async (item) =>
    (await kit.load("lightbox")).show(shown, shown.indexOf(item), frame, kit);
  const films = items.filter(({ kind }) => kind === "video");
  const stories = films.map((film) => drawThumb(film, kit, "144px", () => show(films)(film)));
  const withGrid = element.getAttribute("layout") !== "stories";
  frame.append(
    stories.length ? h("div", { part: "stories", role: "group", ariaLabel: words.films }, ...stories) : "",
    ...(withGrid ? drawGrid(items, head, kit, show(items)) : []),
    drawLinks(kit, `${folder}products/${key}/index.html`),
  );
  return [frame, starSheet, sharedSheet, gallerySheet];
}

/** The grid, and the button that brings more from the running service. */
function drawGrid(items, head, kit, show) {
  const { words, folder, key } = kit;
  const drawItem = (item) => drawThumb(item, kit, "min(33vw,180px)", () => show(item));
  const grid = h("div", { part: "grid" }, ...items.map(drawItem));
  const failed = h("p", { part: "status", role: "status" });
  const more = button({ part: "more", hidden: head.media.length < STRIP }, words.moreMedia);
  const known = new Set(items.map(nameOf));
  let query = "media=1";
  more.onclick = async () => {
    more.disabled = true;
    try {
      const page = await ask(`${liveOf(folder)}products/${key}/reviews?${query}`);
      const found = page.items.flatMap(mediaOf).filter((item) => !known.has(nameOf(item)));
      for (const item of found) known.add(nameOf(item));
      items.push(...found);
      const drawn = found.map(drawItem);
      grid.append(...drawn);
      query = `media=1&cursor=${encodeURIComponent(page.next_cursor)}`;
      more.hidden = !page.next_cursor;
      failed.textContent = "";
      drawn[0]?.focus();
    } catch {
      failed.textContent = words.failed;
    }
    more.disabled = false;
  };
  return [grid, more, failed];
}

const nameOf = (item) => sourcesOf(item)[0].src;
