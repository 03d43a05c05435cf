/** The one script of a storefront: finds its shop, draws stars, brings the list when it is near. */
import { describe } from "./describe.js";
import { documentKey, shardOf } from "./keys.js";
import { drawStars, starSheet } from "./stars.js";

const shop = document.querySelector("script[data-shop]")?.dataset.shop;
const folder = new URL(`../../p/v1/${shop}/`, import.meta.url).href;
const asked = {};

/** The JSON at `url`, asked for once a page; the status where the host has nothing to give. */
const get = (url) =>
  (asked[url] ??= fetch(url, { credentials: "omit" }).then((r) => (r.ok ? r.json() : r.status)));

const head = (key) => get(`${folder}products/${key}/head.json`);

/** [average, count]: with the list's own data where it is on the page, else by the shard. */
async function rating(product) {
  const key = await documentKey(product);
  if (document.querySelector(`review-list[product="${CSS.escape(product)}"]`)) {
    const { average, count } = (await head(key)).summary;
    return [average, count];
  }
  let file = { shards: 1 };
  let shards;
  do {
    shards = file.shards;
    file = await get(`${folder}stars/${shardOf(key, shards)}.json`);
  } while (file.shards > shards);
  return file.products[key];
}

/** The language of the page around `element`. */
const languageOf = (element) => (element.closest("[lang]")?.lang || navigator.language).replace("_", "-");

/** A shadow root with these sheets; what the tag held before is no longer shown. */
function open(element, ...sheets) {
  const root = element.shadowRoot || element.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = sheets;
  return root;
}

async function mountStars(element, product) {
  // Without data this throws: the tag keeps what stands inside it.
  const [average, count] = await rating(product);
  if (!count) return;
  const language = languageOf(element);
  const [mean, label, reviews] = describe(average, count, language);
  const href = element.getAttribute("href");
  const row = document.createElement(href ? "a" : "span");
  if (href) row.href = href;
  else row.role = "img";
  row.ariaLabel = `${label}, ${reviews}`;
  row.part = "stars";
  row.append(drawStars(average), `${mean} (${count.toLocaleString(language)})`);
  open(element, starSheet).replaceChildren(row);
}

async function mountList(element, product) {
  const { mount } = await import("./list.js");
  const key = await documentKey(product);
  await mount(element, { folder, key, head, open, drawStars, starSheet, describe, languageOf });
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        near.unobserve(target);
        // Whatever fails, the shop's page stays as it is: with what stands inside the tag.
        target.mount(target, target.getAttribute("product")).catch(() => {});
      }
    }
  },
  { rootMargin: "600px" },
);

function define(name, mount) {
  class Tag extends HTMLElement {
    static observedAttributes = ["product"];
    mount = mount;
    attributeChangedCallback() {
      near.unobserve(this);
      if (this.getAttribute("product")) near.observe(this);
    }
    connectedCallback() {
      this.attributeChangedCallback();
    }
  }
  if (shop && !customElements.get(name)) customElements.define(name, Tag);
}

define("review-stars", mountStars);
define("review-list", mountList);
