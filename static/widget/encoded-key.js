/** Folder names of products whose ids are no safe names; fetched only where there are such. */

/** `~` and the base64url of the id, as the server names the folder. */
export function encode(product) {
  const bytes = String.fromCharCode(...new TextEncoder().encode(product));
  return `~${btoa(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "")}`;
}
