/** The one script of a storefront: finds its shop, draws stars, brings other tags when they are near. */
import { documentKey, shardOf } from "./keys.js";
import { languageOf } from "./language.js";
import { drawStars, starSheet } from "./stars.js";

const { shop } = document.querySelector("script[data-shop]").dataset;
const folder = new URL(`../../p/v1/${shop}/`, import.meta.url).href;
const asked = {};
const headed = {};

/** A module of this build; BUILD names them all, see build.mjs. */
const load = (name) => import(new URL(`${name}-${BUILD}.js`, import.meta.url));

/** A published JSON document, or the status of a host that has none; asked for once a visit. */
const get = (path) =>
  (asked[path] ??= fetch(folder + path, { credentials: "omit" }).then((r) => (r.ok ? r.json() : r.status)));

/** [average, count] by the product's shard; a shop with more shards than thought says so. */
async function rating(key, shards) {
  const file = await get(`stars/${shardOf(key, shards)}.json`);
  return file.shards > shards ? rating(key, file.shards) : file.products[key];
}

async function stars(element, product, key, [tag, , mean, words]) {
  // Without data this throws. The data of the product's other tags on the page serves as well.
  const head = headed[product] && (await get(`products/${key}/head.json`)).summary;
  const [average, count] = head ? [head.average, head.count] : await rating(key, 1);
  const number = count.toLocaleString(tag);
  const row = document.createElement("a");
  const href = element.getAttribute("href");
  if (href) row.href = href;
  else row.role = "img";
  row.ariaLabel = `${mean(average)} ${words[0]}, ${number} ${words[count > 1 ? 2 : 1]}`;
  row.part = "stars";
  row.append(drawStars(average), ` ${mean(average)} (${number})`);
  return count && [row, starSheet];
}

/** Any other tag: its code, what all share and the words are asked for at once. */
async function other(element, product, key, language) {
  const [{ draw }, { words }] = await Promise.all(
    [element.localName.slice(7), language[1], "shared"].map(load),
  );
  return draw(element, { folder, product, key, language, words, get, load });
}

/** Whatever fails, the shop's page stays as it is: the tag keeps what stands inside it. */
const near = new IntersectionObserver(
  (seen) => seen.map(({ isIntersecting, target }) => isIntersecting && target.draw().catch(() => {})),
  { rootMargin: "600px" },
);

function define(name, drawing) {
  class Tag extends HTMLElement {
    static observedAttributes = ["product"];
    #drawn;
    attributeChangedCallback(_name, _before, product) {
      near.unobserve(this);
      headed[product] ||= drawing === other;
      this.connectedCallback();
    }
    connectedCallback() {
      near.observe(this);
    }
    /** Draw, unless it is drawn: a tag that was only moved keeps what the shopper did. */
    async draw() {
      const product = this.getAttribute("product");
      if (this.#drawn === product) return;
      this.#drawn = product;
      const key = await documentKey(product, load);
      const [shown, ...sheets] = await drawing(this, product, key, languageOf(this));
      if (this.#drawn !== product) return;
      const root = this.shadowRoot || this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = sheets;
      root.replaceChildren(shown);
    }
  }
  customElements.get(name) || customElements.define(name, Tag);
}

for (const name of ["list", "summary", "gallery", "carousel", "questions", "badge", "form"])
  define(`review-${name}`, other);
define("review-stars", stars);
