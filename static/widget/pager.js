/** Where the next reviews come from: documents for the default order, live queries for others. */

/** The JSON at `url`; null where there is nothing. A failure may be asked again. */
async function ask(url) {
  const answer = await fetch(url, { credentials: "omit", signal: AbortSignal.timeout(15000) });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

/** Pages of the default order: the head's reviews, then chunks from the newest down. */
export function documentPager(head, { folder, key }) {
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

/** Pages of the order and filters the shopper chose. */
export function livePager({ stars, photos, sort }, { folder, key }) {
  const live = `${folder.replace("/p/v1/", "/w/v1/")}products/${key}/reviews`;
  const asked = new URLSearchParams({ sort });
  if (stars.length) asked.set("stars", stars.join());
  if (photos) asked.set("media", "1");
  return async () => {
    const page = await ask(`${live}?${asked}`);
    if (!page) throw new Error("no such product");
    asked.set("cursor", page.next_cursor);
    return { reviews: page.items, done: !page.next_cursor };
  };
}
