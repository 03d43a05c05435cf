/** What is asked for after the first view: older documents, live queries, votes, reports. */

const PATIENCE_MS = 15000;
const asked = new Map();

/** Where the running service answers for the published folder. */
export const liveOf = (folder) => folder.replace("/p/v1/", "/w/v1/");

/** The JSON at `url`, null where there is none; asked for once a visit, again after a failure. */
export function ask(url) {
  if (!asked.has(url)) {
    const answer = request(url, {});
    asked.set(url, answer);
    answer.catch(() => asked.delete(url));
  }
  return asked.get(url);
}

/** Post a flat object as JSON; resolves with the answer's. */
export const send = (url, fields) =>
  request(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: json(fields) });

async function request(url, how) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(url, { credentials: "omit", signal, ...how });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  if (answer.status !== 404 || how.method) throw new Error(answer.status);
  return null;
}

/** Not by JSON.stringify: it asks a toJSON that old libraries hang on every text and list. */
export const json = (fields) =>
  `{${Object.entries(fields)
    .map(([name, value]) => `${quote(name)}:${typeof value === "string" ? quote(value) : value}`)
    .join(",")}}`;

const quote = (text) => `"${text.replace(/["\\\p{Cc}]/gu, escaped)}"`;
const escaped = (sign) => `\\u${sign.charCodeAt().toString(16).padStart(4, "0")}`;
