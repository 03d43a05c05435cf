/** The true aggregate of all published reviews, with bars that narrow the list on the page. */
import { choiceOf } from "./choice.js";
import { button, fill, h } from "./dom.js";
import { drawStars } from "./stars.js";

/** ["4.4", "4.4 out of 5 stars", "127 reviews"]; a single rating, without `count`, is a whole number. */
export function describe(average, count, [, , number, [stars, one, many]]) {
  const mean = count ? number(average, 1) : number(average);
  return [mean, `${mean} ${stars}`, count && `${number(count)} ${count === 1 ? one : many}`];
}

/** The mean, its stars and the number of reviews, said as one. */
export function drawAggregate({ average, count }, language) {
  const [mean, label, reviews] = describe(average, count, language);
  return h(
    "p",
    { part: "summary-text", role: "img", ariaLabel: `${label}, ${reviews}` },
    h("span", { part: "average" }, mean),
    drawStars(average),
    h("span", { part: "count" }, reviews),
  );
}

/**
 * The block of a product's head. Rows narrow the list, topics are searched for, and `chosen` is
 * called; without it there is no list, and they only tell.
 */
export function drawSummary(head, { product, words, language }, chosen) {
  const choice = choiceOf(product);
  const pressed = [];
  const press = (value) => {
    for (const [row, isOn] of pressed) row.ariaPressed = isOn(value);
  };
  const pressing = (made, isOn, change) => {
    made.onclick = () => {
      choice.set(change(choice.value));
      chosen();
    };
    pressed.push([made, isOn]);
    return made;
  };
  /** A row; `isOn(value)` says whether it is chosen, `change(value)` what a press changes. */
  const row = (name, count, most, isOn, change) => {
    const bar = h("span", { part: "bar" }, h("span", { part: "bar-fill" }));
    bar.firstChild.style.inlineSize = `${(100 * count) / most}%`;
    const shown = [h("span", {}, name), bar, h("span", { part: "bar-count" }, language[2](count))];
    if (!chosen) return h("div", { part: "bar-row" }, ...shown);
    const made = button({ part: "bar-row", ariaPressed: false, disabled: !count }, ...shown);
    return pressing(made, isOn, change);
  };
  const group = (label, ...rows) => h("div", { part: "bars", role: "group", ariaLabel: label }, ...rows);
  const { histogram } = head.summary;
  const most = Math.max(1, ...Object.values(histogram));
  const stars = [5, 4, 3, 2, 1].map((star) =>
    row(
      fill(words.star[star === 1 ? 0 : 1], language[2](star)),
      histogram[star],
      most,
      (value) => value.stars.includes(star),
      ({ stars: on }) => ({
        stars: on.includes(star) ? on.filter((each) => each !== star) : [...on, star].sort(),
      }),
    ),
  );
  const attributes = (head.attributes || []).map(({ id, label, choices, counts }) => {
    const largest = Math.max(1, ...Object.values(counts));
    const rows = choices.map((each) => {
      const name = `${id}:${each.value}`;
      return row(
        each.label,
        counts[each.value],
        largest,
        (value) => value.attribute === name,
        (value) => ({ attribute: value.attribute === name ? "" : name }),
      );
    });
    return group(label, h("p", { part: "bars-title", dir: "auto" }, label), ...rows);
  });
  const topics = (head.topics || []).map(({ word, count }) => {
    const shown = [h("bdi", {}, word), ` ${language[2](count)}`];
    if (!chosen) return h("span", { part: "topic" }, ...shown);
    const made = button({ part: "topic", ariaPressed: false }, ...shown);
    const isOn = ({ q }) => q === word;
    return pressing(made, isOn, (value) => ({ q: isOn(value) ? "" : word }));
  });
  const block = h(
    "div",
    { part: "summary" },
    drawAggregate(head.summary, language),
    group(words.stars, ...stars),
    ...attributes,
    topics.length > 0 && h("p", { part: "topics" }, h("bdi", {}, words.topics), ...topics),
  );
  choice.watch(block, press);
  press(choice.value);
  return block;
}

/** Where all reviews are, and how they come about (G19). */
export const drawLinks = ({ folder, words }, all) =>
  h(
    "p",
    { part: "links" },
    h("a", { href: all }, words.all),
    h("a", { href: `${folder}policy.html` }, words.policy),
  );
