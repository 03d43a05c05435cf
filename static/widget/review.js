/** One review as an article. */
import { button, clone, drawDay, fill, h } from "./dom.js";
import { drawStars } from "./stars.js";
import { describe } from "./summary-block.js";

/** Letters above which a text is folded, where a tag does not say less. */
const LONG = 700;

/** The stars of one rating, said. */
export function drawRating(rating, language) {
  const [, label] = describe(rating, 0, language);
  return clone(`rating ${label}`, () =>
    h("span", { part: "rating", role: "img", ariaLabel: label }, drawStars(rating)),
  );
}

/** The article for `review`; `media` and `actions` are what stands below its text. */
export function drawReview(review, kit, media, actions) {
  const { words, language } = kit;
  const said = { lang: review.language, dir: "auto" };
  const { reply } = review;
  return h(
    "article",
    { part: "review", tabIndex: -1, "data-id": review.id },
    h(
      "div",
      { part: "by" },
      h("bdi", { part: "author" }, review.author),
      h("span", { part: "meta" }, drawDay(review.date, kit), review.edited && ` (${words.edited})`),
      ...labelsOf(review, words),
    ),
    h(
      "div",
      { part: "said" },
      h(
        "p",
        { part: "review-head" },
        drawRating(review.rating, language),
        review.title && h("strong", { part: "title", ...said }, review.title),
      ),
      ...drawText(review.body, said, kit),
      review.redacted && h("p", { part: "note" }, words.redacted),
      media,
      reply &&
        h(
          "div",
          { part: "reply" },
          h("p", { part: "meta" }, h("strong", {}, words.reply), " · ", drawDay(reply.date, kit)),
          ...drawText(reply.body, { dir: "auto" }, kit),
        ),
      actions,
    ),
  );
}

/** What is to be known of a review, each with what it means; the texts are the shop's promise (G19, G20). */
function labelsOf(review, words) {
  const { imported_from: origin } = review;
  return [
    review.verified && [words.verified, words.verifiedWhy],
    review.staff && [words.staff, words.staffWhy],
    review.incentive && [review.incentive, words.incentiveWhy],
    origin && [fill(words.imported, origin), words.importedWhy],
  ]
    .filter(Boolean)
    .map(([label, why]) =>
      clone(`label ${label} ${why}`, () =>
        h("details", { part: "label" }, h("summary", { dir: "auto" }, label), h("p", { part: "why" }, why)),
      ),
    );
}

/** A text, folded where it is long, with the button that opens it. */
function drawText(text, said, { words, long = LONG }) {
  const body = h("p", { part: "body", ...said }, text);
  if (text.length < long) return [body];
  const more = button({ part: "read-more", ariaExpanded: false }, words.readMore);
  body.dataset.folded = "";
  more.onclick = () => {
    const folded = body.toggleAttribute("data-folded");
    more.ariaExpanded = !folded;
    more.textContent = folded ? words.readMore : words.readLess;
  };
  return [body, more];
}
