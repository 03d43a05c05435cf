/** Photos and films of reviews: boxes that have their size before anything has come. */
import { button, fill, h } from "./dom.js";

const TYPES = ["image/avif", "image/webp"];

/** A picture from the sources of a document, by rising width; the browser takes type and width. */
export function drawPicture(sources, folder, { sizes, ...props }) {
  const set = (of) => of.map(({ src, width }) => `${folder}${src} ${width}w`).join(", ");
  const byType = (type) => sources.filter((source) => source.type === type);
  const plain = sources.filter(({ type }) => !TYPES.includes(type));
  const image = h("img", { decoding: "async", ...props });
  const picture = h("picture", {});
  for (const type of TYPES)
    if (byType(type).length) picture.append(h("source", { type, sizes, srcset: set(byType(type)) }));
  // Nothing is fetched before the image has its sources and sizes.
  picture.append(image);
  if (plain.length) Object.assign(image, { sizes, srcset: set(plain) });
  image.src = folder + (plain[0] || sources[0]).src;
  return picture;
}

/** Photos and films of a review as one row of items; a film's picture is its poster. */
export const mediaOf = (review) =>
  [
    ...(review.videos || []).map((video) => ({ ...video, kind: "video" })),
    ...(review.photos || []).map((photo) => ({ ...photo, kind: "photo" })),
  ]
    .map((item) => ({ ...item, of: review, author: review.author }))
    .filter((item) => sourcesOf(item).length);

/** The strip of a head, newest first. */
export const stripOf = (head) =>
  head.media.map((item) => ({ kind: "photo", ...item })).filter((item) => sourcesOf(item).length);

export const sourcesOf = (item) => (item.kind === "video" ? item.poster : item.sources) || [];

/** What an item shows, for those who do not see it. */
export const altOf = ({ kind, author }, words) =>
  fill(words[kind === "video" ? "video" : "photo"], author || words.customer);

/** A button that opens an item; `size`, a CSS length, is the square that its picture fills. */
export function drawThumb(item, { words, folder }, size, show) {
  const wide = Math.max(1, item.width / item.height);
  const picture = drawPicture(sourcesOf(item), folder, {
    alt: altOf(item, words),
    loading: "lazy",
    sizes: `calc(${wide}*${size})`,
    width: 90,
    height: 90,
  });
  picture.lastChild.style.backgroundColor = item.color;
  const film = item.kind === "video";
  const waits = film && !item.sources.length;
  return button(
    { part: "photo", onclick: show },
    picture,
    film && h("span", { part: "play" }, waits ? words.preparing : lengthOf(item.duration)),
  );
}

/** "1:05" for 65 seconds. */
const lengthOf = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;

/** A row of thumbs; `show(items, index)` opens one large. */
export function drawMedia(items, kit, show) {
  const thumbs = items.map((item, index) => drawThumb(item, kit, "90px", () => show(items, index)));
  return thumbs.length ? h("div", { part: "photos" }, ...thumbs) : null;
}
