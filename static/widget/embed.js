/** The one script of a storefront: finds its shop, draws stars, brings other tags when they are near. */
import { shardOf } from "./keys.js";
import { languageOf } from "./language.js";
import { drawStars, starSheet } from "./stars.js";

const { shop } = document.querySelector("script[data-shop]").dataset;
const folder = new URL(`../../p/v1/${shop}/`, import.meta.url).href;
const asked = {};
const headed = {};

/** A module of this build; BUILD names them all, see build.mjs. */
const load = (name) => import(fileOf(name));
const fileOf = (name) => `./${name}-${BUILD}.js`;

/** A published JSON document, or the status of a host that has none; asked for once a visit. */
const get = (path) =>
  (asked[path] ??= fetch(folder + path, { credentials: "omit" }).then((r) => (r.ok ? r.json() : r.status)));

/** [average, count] by the product's shard; a shop with more shards than thought says so. */
async function rating(key, shards) {
  const file = await get(`stars/${shardOf(key, shards)}.json`);
  return file.shards > shards ? rating(key, file.shards) : file.products[key];
}

async function stars(element, product, key, [, , number, words]) {
  // Without data this throws. The data of the product's other tags on the page serves as well.
  const head = headed[product] && (await get(`products/${key}/head.json`)).summary;
  const [average, count] = head ? [head.average, head.count] : await rating(key, 1);
  const row = document.createElement("a");
  const href = element.getAttribute("href");
  if (href) row.href = href;
  else row.role = "img";
  row.ariaLabel = `${number(average, 1)} ${words[0]}, ${number(count)} ${words[count > 1 ? 2 : 1]}`;
  row.part = "stars";
  row.append(drawStars(average), ` ${number(average, 1)} (${number(count)})`);
  return count && [row, starSheet];
}

/** Any other tag: its code, what all share and the words are asked for at once. */
async function other(element, product, key, language) {
  const [{ draw }, { words }] = await Promise.all(
    [element.localName.slice(7), language[1], "shared"].map(load),
  );
  return draw(element, { folder, product, key, language, words, get, load });
}

const near = new IntersectionObserver(
  (seen) => seen.map((each) => each.isIntersecting && each.target.draw()),
  { rootMargin: "600px" },
);

for (const name of "list stars summary gallery carousel questions badge form".split(" ")) {
  const drawing = name === "stars" ? stars : other;
  class Tag extends HTMLElement {
    static observedAttributes = ["product"];
    #drawn;
    attributeChangedCallback(_name, _before, product) {
      headed[product] ||= drawing === other;
      this.#drawn && this.draw();
    }
    connectedCallback() {
      near.observe(this);
    }
    /** Draw, unless it is drawn: a tag that was only moved keeps what the shopper did. */
    async draw() {
      const product = this.getAttribute("product");
      if (this.#drawn === product) return;
      this.#drawn = product;
      try {
        // The product's folder: its id where that is a safe name, as on the server, which names it.
        const key = /^\w[\w.-]{0,99}$/.test(product) ? product : (await load("encoded-key")).encode(product);
        const [shown, ...sheets] = await drawing(this, product, key, languageOf(this));
        if (this.#drawn !== product) return;
        const root = this.shadowRoot || this.attachShadow({ mode: "open" });
        root.adoptedStyleSheets = sheets;
        root.replaceChildren(shown);
      } catch {
        // Whatever fails, the shop's page stays as it is: the tag keeps what stands inside it.
      }
    }
  }
  try {
    customElements.define(`review-${name}`, Tag);
  } catch {
    // A second loader on the page; the first one's tags serve.
  }
}
