// Files on their way, kept on this device so that a closed tab loses nothing.
const KEPT_MS = 48 * 3_600_000;
const MOST_BYTES = 32 * 1024 * 1024;
const STORE = "files";

// The same file for the same form of the same link has the same key.
export const keyOf = (prefix, { name, size, lastModified }) => `${prefix}${name}|${size}|${lastModified}`;

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const store = async (mode) => {
  const opening = indexedDB.open("uploads", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "key" });
  return (await asked(opening)).transaction(STORE, mode).objectStore(STORE);
};

// No room, no storage: sending works, only a closed tab needs the file chosen again.
const guarded = (act, otherwise) => act().catch(() => otherwise);

export const keep = (key, file) =>
  guarded(async () => {
    if (file.size <= MOST_BYTES) await asked((await store("readwrite")).put({ key, file, at: Date.now() }));
  });

export const forget = (key) => guarded(async () => asked((await store("readwrite")).delete(key)));

export const keptFiles = (prefix) =>
  guarded(async () => {
    const all = await asked((await store("readonly")).getAll());
    for (const { key, at } of all) if (Date.now() - at > KEPT_MS) forget(key);
    const mine = all.filter(({ key, at }) => key.startsWith(prefix) && Date.now() - at <= KEPT_MS);
    return mine.sort((one, other) => one.at - other.at).map(({ file }) => file);
  }, []);
