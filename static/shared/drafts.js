// Keeps typed text on this device until it was sent: form[data-draft="key"].
const WEEK_MS = 604_800_000;
const TYPED = ":is(textarea, [type=text], [type=email], [type=url])[name]";

// No room, no storage: the page works, without memory.
const guarded = (act) => {
  try {
    return act();
  } catch {
    return null;
  }
};

const read = (key) => guarded(() => JSON.parse(localStorage.getItem(key)));

const write = (key, draft) =>
  guarded(() => (draft ? localStorage.setItem(key, JSON.stringify(draft)) : localStorage.removeItem(key)));

const bind = (form) => {
  const key = `draft:${form.dataset.draft || location.pathname}`;
  const fields = [...form.querySelectorAll(TYPED)];
  // Shown again with errors, a form holds unsaved text as its defaults.
  const failed = form.querySelector("[aria-invalid]");
  const changed = (field) => field.value !== (failed ? "" : field.defaultValue);
  const keep = (sent) => {
    const typed = fields.filter(changed).map((field) => [field.name, field.value]);
    form.toggleAttribute("data-typed", typed.length > 0);
    write(key, typed.length && { typed: Object.fromEntries(typed), sent, at: Date.now() });
  };
  const draft = read(key);
  const fill = (valueFor) => () => {
    for (const field of fields) field.value = valueFor(field) ?? field.value;
    keep(false);
  };
  const restore = fill((field) => draft.typed[field.name]);
  const discard = fill((field) => field.defaultValue);
  const fresh = draft && Date.now() - draft.at < WEEK_MS;
  if (fresh && fields.some(({ name, value }) => (draft.typed[name] ?? value) !== value)) {
    // A listener may offer what was sent instead: it may be saved.
    const detail = { sent: draft.sent, restore, discard };
    const found = new CustomEvent("draft:found", { bubbles: true, cancelable: true, detail });
    if (form.dispatchEvent(found)) restore();
  } else keep(false);
  form.addEventListener("input", () => keep(false));
  form.addEventListener("submit", () => keep(true));
};

const arrived = document.querySelector("[data-flash=good], [data-draft-done]");
const kept = (arrived && guarded(() => Object.keys(localStorage))) || [];
for (const key of kept) if (read(key)?.sent) write(key);
document.querySelectorAll("form[data-draft]").forEach(bind);
