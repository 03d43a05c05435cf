/** One tag in a frame, for shops whose builder takes no scripts; the address says which. */

const TAGS = ["stars", "summary", "list", "gallery", "carousel", "questions", "badge", "form"];
const TITLES = { questions: "Questions and answers", badge: "Shop rating", form: "Write a review" };

const asked = new URLSearchParams(location.search);
const name = (asked.get("tag") || "").replace(/^review-/, "");
const shop = asked.get("shop");

if (shop && TAGS.includes(name)) {
  const root = document.documentElement;
  root.lang = asked.get("lang") || navigator.language;
  if (["light", "dark"].includes(asked.get("theme"))) root.dataset.theme = asked.get("theme");
  if (TITLES[name]) document.title = TITLES[name];
  const tag = document.createElement(`review-${name}`);
  for (const attribute of ["product", "collection"])
    if (asked.has(attribute)) tag.setAttribute(attribute, asked.get(attribute));
  if (name === "form") tag.setAttribute("inline", "");
  const [main, heading] = ["main", "h1"].map((each) => document.createElement(each));
  heading.textContent = document.title;
  main.append(heading, tag);
  document.body.append(main);
  const loader = document.createElement("script");
  Object.assign(loader, { type: "module", src: new URL("embed.js", location).href });
  loader.dataset.shop = shop;
  document.head.append(loader);
  // The height is all that is told, so anybody may hear it; without a listener the frame scrolls.
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    parent.postMessage({ reviewHeight: height, reviewTag: `review-${name}` }, "*");
  }).observe(document.body);
}
