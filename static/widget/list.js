/** The list of reviews: summary, the shopper's own filters, reviews, more of them on demand. */
import { listSheet } from "./list-style.js";
import { pagerOf } from "./pager.js";
import {
  button,
  choiceOf,
  clone,
  drawLinks,
  drawMedia,
  drawReview,
  drawSummary,
  fill,
  h,
  isNarrowed,
  liveOf,
  mediaOf,
  send,
  sharedSheet,
  starSheet,
  stripOf,
} from "./shared.js";
import { drawTools } from "./tools.js";

/**
 * The least height of a review, in pixels. As many as fill the view by it are drawn at once in their
 * true size; those below come when the page is free, at a guessed height until they are near.
 */
const LEAST = 140;
/** The least height of the summary and the tools above them. */
const ABOVE = 300;

/** Reviews somebody on this page found helpful; kept in memory, for this visit only. */
const thanked = new Set();

/** The list of a product; rejects when its data cannot be had. */
export async function draw(element, kit) {
  const head = await kit.get(`products/${kit.key}/head.json`);
  if (head > 0 && head !== 404) throw new Error(head);
  const { words } = kit;
  const frame = h("section", { part: "list", lang: kit.language[1], ariaLabel: words.region });
  if (head.summary?.count) fillFrame(frame, head, kit);
  else frame.append(h("p", { part: "empty" }, words.none));
  if (element.querySelector("[data-reviews]")) await (await kit.load("take-over")).unseen(element);
  return [frame, starSheet, sharedSheet, listSheet];
}

/** Whether the page shows this of the product by a tag of its own: then the list does not repeat it. */
const isElsewhere = (name, product) =>
  [...document.getElementsByTagName(name)].some((tag) => tag.getAttribute("product") === product);

function fillFrame(frame, head, given) {
  const choice = choiceOf(given.product);
  const kit = { ...given, choice };
  const { words, folder, key, product } = kit;
  const show = async (items, index) => (await kit.load("lightbox")).show(items, index, frame, kit);
  const reviews = h("div", { part: "reviews" });
  const status = h("p", { part: "status", role: "status" });
  const more = button({ part: "more" }, words.more);
  const drawOne = (review) =>
    drawReview(review, kit, drawMedia(mediaOf(review), kit, show), drawActions(review, frame, kit));
  const own = !isElsewhere("review-summary", product);
  const above = own ? ABOVE : 0;
  let page;

  async function load(replace) {
    const asked = page;
    more.disabled = true;
    reserve(reviews, replace ? 0 : Math.min(20, head.summary.count - reviews.childElementCount));
    try {
      const { reviews: found, done } = await asked();
      if (asked !== page) return;
      const inView = (innerHeight - (replace ? above : 0)) / LEAST + 1;
      const drawn = found.slice(0, inView).map(drawOne);
      if (replace) reviews.replaceChildren(...drawn);
      else reviews.append(...drawn);
      more.hidden = done;
      const shown = reviews.childElementCount + found.length - drawn.length;
      // Told with the first of them: a line that comes later would move them.
      tell(status, shown, head.summary.count, isNarrowed(choice.value), kit);
      if (found.length > inView) {
        await new Promise((free) => setTimeout(free));
        if (asked !== page) return;
        reviews.append(...found.slice(inView).map(drawOne).map(putBelow));
      }
      if (!replace) {
        reviews.style.minBlockSize = "";
        drawn[0]?.focus();
      }
    } catch {
      if (asked === page) status.textContent = words.failed;
    }
    more.disabled = false;
  }
  function start() {
    page = pagerOf(choice.value, head, kit);
    return load(true);
  }
  more.onclick = () => load(false);
  choice.watch(frame, start);
  choice.finds = (id) => {
    const found = frame.isConnected && [...reviews.children].find((article) => article.dataset.id === id);
    return found && (() => found.focus());
  };
  frame.append(
    own ? drawSummary(head, kit, () => {}) : "",
    isElsewhere("review-gallery", product) ? "" : drawMedia(stripOf(head), kit, show) || "",
    drawTools(head, kit),
    status,
    reviews,
    more,
    drawLinks(kit, `${folder}products/${key}/index.html`),
  );
  start();
}

/** Leave laying out an article to when it is near. */
function putBelow(article) {
  article.dataset.below = "";
  return article;
}

/** Keep the list's height, and that of reviews to come, so that nothing below moves late. */
function reserve(reviews, coming) {
  const count = reviews.childElementCount;
  if (count) reviews.style.minBlockSize = `${reviews.offsetHeight * (1 + coming / count)}px`;
}

function tell(status, shown, count, narrowed, { words, language }) {
  const number = language[2];
  const text = fill(narrowed ? words.found : words.shown, number(shown), number(count));
  status.textContent = shown ? text : words.nothing;
}

/** Helpful, counted at once and taken back if it did not arrive; and the way to report. */
function drawActions({ id, helpful = 0 }, frame, kit) {
  const { words, folder, language } = kit;
  const actions = clone(`actions ${words.report}`, () => drawnActions(words));
  const [thanks, report] = actions.children;
  const show = (count) => {
    thanks.ariaPressed = thanked.has(id);
    thanks.textContent = words.thanks + (count ? ` (${language[2](count)})` : "");
  };
  thanks.onclick = async () => {
    if (thanked.has(id)) return;
    thanked.add(id);
    show(helpful + 1);
    actions.querySelector("[role=alert]")?.remove();
    try {
      show((await send(`${liveOf(folder)}reviews/${id}/helpful`, { helpful: true })).helpful);
    } catch {
      thanked.delete(id);
      show(helpful);
      actions.append(h("span", { role: "alert" }, words.unsent));
    }
  };
  report.onclick = async () => (await kit.load("report")).ask(id, frame, kit);
  show(helpful + thanked.has(id));
  return actions;
}

const drawnActions = (words) =>
  h(
    "p",
    { part: "actions" },
    button({ part: "helpful" }),
    button({ part: "report", ariaHasPopup: "dialog" }, words.report),
  );
