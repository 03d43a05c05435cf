/** The shopper's own search, filters and order above the list. */
import { button, choiceOf, h, isNarrowed, NONE, ORDERS } from "./shared.js";

/** The bar of tools for a product's head; each writes into the product's choice. */
export function drawTools(head, { product, words, language }) {
  const choice = choiceOf(product);
  const field = h("input", {
    type: "search",
    maxLength: 200,
    placeholder: words.search,
    ariaLabel: words.search,
  });
  const find = () => field.value.trim() !== choice.value.q && choice.set({ q: field.value.trim() });
  const search = h("form", { role: "search", part: "search" }, field, button({ type: "submit" }, words.find));
  search.onsubmit = (event) => {
    event.preventDefault();
    find();
  };
  field.oninput = () => field.value || find();

  const media = ["photo", "video"].map((kind) => {
    const made = button({ part: "filter", ariaPressed: false, hidden: !has(head, kind) }, words[`${kind}s`]);
    made.onclick = () => choice.set({ media: choice.value.media === kind ? "" : kind });
    return made;
  });
  const tongues = tonguesOf(head);
  // Menus are dear to lay out: none without a choice.
  const spoken =
    tongues.length > 1 &&
    pick(words.language, [["", words.any], ...named(tongues, language[0])], (chosen) =>
      choice.set({ language: chosen }),
    );
  const order = pick(
    words.sort,
    ORDERS.map((name) => [name, words[name]]),
    (sort) => choice.set({ sort }),
  );
  const clear = button({ part: "clear" }, words.clear);
  clear.onclick = () => choice.set({ ...NONE, sort: choice.value.sort });

  const show = (value) => {
    field.value = value.q;
    media[0].ariaPressed = value.media === "photo";
    media[1].ariaPressed = value.media === "video";
    if (spoken) spoken.lastChild.value = value.language;
    order.lastChild.value = value.sort;
    clear.hidden = !isNarrowed(value);
  };
  const bar = h("div", { part: "tools" }, search, ...media, spoken, order, clear);
  choice.watch(bar, show);
  show(choice.value);
  return bar;
}

/** A labelled choice between [value, text] pairs. */
function pick(label, options, chosen) {
  const select = h(
    "select",
    { part: "order" },
    ...options.map(([value, text]) => h("option", { value }, text)),
  );
  select.onchange = () => chosen(select.value);
  return h("label", {}, `${label} `, select);
}

const has = (head, kind) => head.media.some((item) => (item.kind || "photo") === kind);

/** The languages the newest reviews are written in. */
function tonguesOf(head) {
  const found = new Set(head.reviews.map((review) => review.language.split("-")[0]));
  return [...found].filter((each) => /^[a-z]{2,3}$/.test(each));
}

/** Each with its name. */
function named(tongues, tag) {
  const names = new Intl.DisplayNames(tag, { type: "language" });
  return tongues.map((each) => [each, names.of(each)]);
}
