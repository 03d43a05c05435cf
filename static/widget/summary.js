/** The true aggregate of all published reviews, its bars being the shopper's star filters. */
import { h } from "./dom.js";

/** The block and `press(stars)`, which shows the filters in force; `toggle(star)` is called back. */
export function drawSummary(summary, { words, language, drawStars, describe }, toggle) {
  const [mean, label, reviews] = describe(summary.average, summary.count, language);
  const most = Math.max(1, ...Object.values(summary.histogram));
  const bars = [5, 4, 3, 2, 1].map((star) => {
    const count = summary.histogram[star];
    const bar = h("span", { part: "bar" }, h("span", { part: "bar-fill" }));
    bar.firstChild.style.inlineSize = `${(100 * count) / most}%`;
    const name = words.star[star === 1 ? 0 : 1].replace("%", star.toLocaleString(language));
    const row = h(
      "button",
      { type: "button", part: "bar-row", ariaPressed: false, title: words.only, disabled: !count },
      h("span", {}, name),
      bar,
      h("span", { part: "bar-count" }, count.toLocaleString(language)),
    );
    row.onclick = () => toggle(star);
    return [star, row];
  });
  const total = h(
    "p",
    { part: "summary-text", role: "img", ariaLabel: `${label}, ${reviews}` },
    h("span", { part: "average" }, mean),
    drawStars(summary.average),
    h("span", { part: "count" }, reviews),
  );
  return {
    block: h("div", { part: "summary" }, total, h("div", { part: "bars" }, ...bars.map(([, row]) => row))),
    press(stars) {
      for (const [star, row] of bars) row.ariaPressed = stars.includes(star);
    },
  };
}
