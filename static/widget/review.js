/** One review as an article. */
import { h } from "./dom.js";

const DATE = { dateStyle: "long", timeZone: "UTC" };

/** The article for `review`; `show(photos, index, alt)` opens a photo. */
export function drawReview(review, { words, language, folder, drawStars, describe, show }) {
  const day = (date) => h("time", { dateTime: date }, new Date(date).toLocaleDateString(language, DATE));
  const stars = h("span", { role: "img", ariaLabel: describe(review.rating, undefined, language)[1] });
  stars.append(drawStars(review.rating));
  const labels = [
    review.verified && words.verified,
    review.staff && words.staff,
    review.incentive,
    review.imported_from && words.imported.replace("%", () => review.imported_from),
  ].filter(Boolean);
  const said = { lang: review.language, dir: "auto" };
  const alt = words.photo.replace("%", () => review.author);
  return h(
    "article",
    { part: "review", tabIndex: -1 },
    h(
      "p",
      { part: "review-head" },
      stars,
      review.title && h("strong", { part: "title", ...said }, review.title),
    ),
    h(
      "p",
      { part: "meta" },
      h("span", { part: "author", dir: "auto" }, review.author),
      " · ",
      day(review.date),
      review.edited && ` (${words.edited})`,
    ),
    labels.length > 0 &&
      h("ul", { part: "labels" }, ...labels.map((label) => h("li", { part: "label" }, label))),
    h("p", { part: "body", ...said }, review.body),
    review.redacted && h("p", { part: "note" }, words.redacted),
    review.photos && drawPhotos(review.photos, alt, folder, show),
    review.reply &&
      h(
        "div",
        { part: "reply" },
        h("p", { part: "meta" }, h("strong", {}, words.reply), " · ", day(review.reply.date)),
        h("p", { part: "body", dir: "auto" }, review.reply.body),
      ),
  );
}

/** A row of photo buttons; boxes have their size before the pictures are there. */
export function drawPhotos(photos, alt, folder, show) {
  const row = h("div", { part: "photos" });
  photos.forEach((photo, index) => {
    if (!photo.sources.length) return;
    const image = h("img", {
      alt,
      loading: "lazy",
      decoding: "async",
      width: 88,
      height: 88,
      src: folder + photo.sources[0].src,
    });
    image.style.backgroundColor = photo.color;
    row.append(
      h("button", { type: "button", part: "photo", onclick: () => show(photos, index, alt) }, image),
    );
  });
  return row;
}
