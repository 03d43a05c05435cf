/** Where the stars of a product are; the same rule as on the server, which writes them. */

/** Which of `shards` star files holds the product with this key. */
export function shardOf(key, shards) {
  let hash = 0x811c9dc5;
  for (const letter of key) hash = Math.imul(hash ^ letter.charCodeAt(), 0x01000193);
  return (((hash >>> 0) * shards) / 2 ** 32) >>> 0;
}
