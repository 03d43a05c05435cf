/** Where the next reviews come from: documents for the default order, live queries for others. */
import { ask, isNarrowed, liveOf, ORDERS } from "./shared.js";

/** A function that resolves with the next `{reviews, done}` of what the shopper chose. */
export const pagerOf = (choice, head, kit) =>
  isNarrowed(choice) || choice.sort !== ORDERS[0] ? livePager(choice, kit) : documentPager(head, kit);

/** Pages of the default order: the head's reviews, then chunks from the newest down. */
function documentPager(head, { folder, key }) {
  let below = Number.POSITIVE_INFINITY;
  let next = head.chunks.next;
  let first = head.reviews;
  return async () => {
    let reviews = first || [];
    first = undefined;
    while (!reviews.length && next !== null) {
      const chunk = await ask(`${folder}products/${key}/chunk-${next}.json`);
      reviews = (chunk?.reviews || []).filter((review) => review.position < below);
      next = chunk ? chunk.next : null;
    }
    below = reviews.at(-1)?.position ?? below;
    return { reviews, done: next === null };
  };
}

function livePager(choice, { folder, key }) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(choice)) if (value?.length) asked.set(name, value);
  return async () => {
    const page = await ask(`${liveOf(folder)}products/${key}/reviews?${asked}`);
    if (!page) throw new Error("no such product");
    asked.set("cursor", page.next_cursor);
    return { reviews: page.items, done: !page.next_cursor };
  };
}
