/** Names of documents; the same rules as on the server, which writes them. */

/** The product's folder: its id where that is a safe name, else `~` and its base64url. */
export const documentKey = async (product, load) =>
  /^\w[\w.-]{0,99}$/.test(product) ? product : (await load("encoded-key")).encode(product);

/** Which of `shards` star files holds the product with this key. */
export function shardOf(key, shards) {
  let hash = 0x811c9dc5;
  for (const letter of key) hash = Math.imul(hash ^ letter.charCodeAt(), 0x01000193);
  return (((hash >>> 0) * shards) / 2 ** 32) >>> 0;
}
