/** The list of reviews: summary, the shopper's own filters, reviews, more of them on demand. */
import { h } from "./dom.js";
import { makeLightbox } from "./lightbox.js";
import { listSheet } from "./list-style.js";
import { documentPager, livePager } from "./pager.js";
import { drawPhotos, drawReview } from "./review.js";
import { drawSummary } from "./summary.js";
import { wordsFor } from "./words.js";

const ORDERS = ["newest", "oldest", "highest", "lowest"];

/** Fill `element`; rejects, and leaves it as it was, when the data cannot be had. */
export async function mount(element, kit) {
  const language = kit.languageOf(element);
  const [words, head] = await Promise.all([wordsFor(language), kit.head(kit.key)]);
  if (head > 0 && head !== 404) throw new Error(head);
  const root = kit.open(element, kit.starSheet, listSheet);
  const frame = h("section", {
    part: "list",
    lang: words === undefined ? null : language,
    ariaLabel: words.region,
  });
  if (head.summary?.count) fill(frame, head, { ...kit, words, language });
  else frame.append(h("p", { part: "empty" }, words.none));
  root.replaceChildren(frame);
}

function fill(frame, head, kit) {
  const { words, folder, key } = kit;
  const box = makeLightbox(words, folder);
  const chosen = { stars: [], photos: false, sort: ORDERS[0] };
  const reviews = h("div", { part: "reviews" });
  const status = h("p", { part: "status", role: "status" });
  const more = h("button", { type: "button", part: "more" }, words.more);
  const clear = h("button", { type: "button", part: "clear", hidden: true }, words.clear);
  const draw = (review) => drawReview(review, { ...kit, show: box.show });
  let page = documentPager(head, kit);

  const filtered = () => chosen.stars.length > 0 || chosen.photos;
  async function load(replace) {
    const asked = page;
    more.disabled = true;
    try {
      const { reviews: found, done } = await asked();
      if (asked !== page) return;
      const drawn = found.map(draw);
      if (replace) reviews.replaceChildren(...drawn);
      else reviews.append(...drawn);
      more.hidden = done;
      tell(status, reviews.childElementCount, head.summary.count, filtered(), kit);
      if (!replace) drawn[0]?.focus();
    } catch {
      if (asked === page) status.textContent = words.failed;
    }
    more.disabled = false;
  }
  function choose(change) {
    Object.assign(chosen, change);
    clear.hidden = !filtered();
    const plain = !filtered() && chosen.sort === ORDERS[0];
    page = plain ? documentPager(head, kit) : livePager(chosen, kit);
    summary.press(chosen.stars);
    photos.ariaPressed = chosen.photos;
    load(true);
  }
  const summary = drawSummary(head.summary, kit, (star) => {
    const { stars } = chosen;
    choose({ stars: stars.includes(star) ? stars.filter((each) => each !== star) : [...stars, star].sort() });
  });
  const photos = h(
    "button",
    { type: "button", part: "filter", ariaPressed: false, hidden: !head.media.length },
    words.photos,
  );
  photos.onclick = () => choose({ photos: !chosen.photos });
  clear.onclick = () => choose({ stars: [], photos: false });
  more.onclick = () => load(false);
  const order = h(
    "select",
    { part: "order" },
    ...ORDERS.map((name) => h("option", { value: name }, words[name])),
  );
  order.onchange = () => choose({ sort: order.value });
  frame.append(
    summary.block,
    head.media.length
      ? drawPhotos(head.media, words.photo.replace("%", words.customer), folder, box.show)
      : "",
    h("div", { part: "tools" }, h("label", {}, `${words.sort} `, order), photos, clear),
    status,
    reviews,
    more,
    h(
      "p",
      { part: "links" },
      h("a", { href: `${folder}products/${key}/index.html` }, words.all),
      h("a", { href: `${folder}policy.html` }, words.policy),
    ),
    box.dialog,
  );
  load(true);
}

function tell(status, shown, count, filtered, { words, language }) {
  const number = (value) => value.toLocaleString(language);
  const text = filtered ? words.found : words.shown.replace("#", number(count));
  status.textContent = shown ? text.replace("%", number(shown)) : words.nothing;
}
