/** Reviews the shop picked by hand: called a selection, beside what all reviews say (G17). */
import { carouselSheet } from "./carousel-style.js";
import {
  button,
  describe,
  drawMedia,
  drawReview,
  drawStars,
  fill,
  h,
  mediaOf,
  sharedSheet,
  starSheet,
} from "./shared.js";

/** Letters above which a text is folded on a slide. */
const LONG = 260;

/** The carousel of a collection; rejects when it cannot be had or is empty. */
export async function draw(element, kit) {
  const { words, folder, language } = kit;
  const name = encodeURIComponent(element.getAttribute("collection"));
  const { title, summary, reviews, all_url: all } = await kit.get(`collections/${name}.json`);
  if (!reviews.length) throw new Error("empty");
  const number = language[2];
  const show = async (items, index) => (await kit.load("lightbox")).show(items, index, frame, kit);
  const slides = reviews.map((review, index) =>
    h(
      "div",
      {
        part: "slide",
        role: "group",
        ariaRoleDescription: words.slide,
        ariaLabel: fill(words.place, number(index + 1), number(reviews.length)),
      },
      drawReview(
        review,
        { ...kit, long: LONG },
        drawMedia(mediaOf(review), kit, show),
        drawProduct(review.product),
      ),
    ),
  );
  // A row that scrolls sideways by touch, wheel and arrow keys; it never moves by itself.
  const track = h("div", { part: "track", role: "group", tabIndex: 0, ariaLabel: title }, ...slides);
  const [mean, label, count] = describe(summary.average, summary.count, language);
  const aggregate = h("a", {
    part: "aggregate",
    href: webAddress(all),
    ariaLabel: `${label}, ${count}. ${words.all}`,
  });
  aggregate.append(drawStars(summary.average), ` ${mean} · ${words.all} (${number(summary.count)})`);
  const frame = h(
    "section",
    { part: "carousel", lang: language[1], ariaRoleDescription: words.carousel, ariaLabel: title },
    h(
      "div",
      { part: "carousel-head" },
      h("h2", { part: "heading", dir: "auto" }, title),
      h("p", { part: "selection" }, fill(words.selection, number(reviews.length), number(summary.count))),
      h("p", { part: "meta" }, aggregate, h("a", { href: `${folder}policy.html` }, words.policy)),
    ),
    drawSteps(track, slides, words),
    track,
  );
  return [frame, starSheet, sharedSheet, carouselSheet];
}

/** The two buttons; at an end one of them has nothing to do and says so. */
function drawSteps(track, slides, words) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const step = (by) => () => {
    const turned = track.matches(":dir(rtl)") ? -by : by;
    track.scrollBy({
      left: turned * track.clientWidth * 0.9,
      behavior: still.matches ? "instant" : "smooth",
    });
  };
  const previous = button({ ariaLabel: words.previous, onclick: step(-1) }, "‹");
  const next = button({ ariaLabel: words.next, onclick: step(1) }, "›");
  const ends = new Map([
    [slides[0], previous],
    [slides.at(-1), next],
  ]);
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries)
        ends.get(target).ariaDisabled = intersectionRatio > 0.9;
    },
    { root: track, threshold: [0.9, 0.95] },
  );
  for (const slide of ends.keys()) seen.observe(slide);
  return h("p", { part: "steps" }, previous, next);
}

/** What was bought, with the way to it. */
const drawProduct = (product) =>
  product &&
  h(
    "p",
    { part: "product" },
    product.url ? h("a", { href: webAddress(product.url) }, product.title) : product.title,
  );

/** An address of the web, or none: what a document holds is never run. */
const webAddress = (url) => (/^https?:\/\//i.test(url) ? url : null);
