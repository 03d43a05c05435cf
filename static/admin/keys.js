// Single keys: data-key="p" presses its button or link; j and k walk a list; / searches; ? lists.
const STORED = "single-keys";
const list = document.querySelector("#key-list");
const rows = list.querySelector("[data-key-rows]");
const choice = list.querySelector("[data-keys-on]");

try {
  choice.checked = localStorage.getItem(STORED) !== "off";
} catch {
  // Storage may be closed: keys stay on.
}
choice.addEventListener("change", () => {
  try {
    localStorage.setItem(STORED, choice.checked ? "on" : "off");
  } catch {
    // As above.
  }
});

const bound = () => [...document.querySelectorAll("[data-key]:not(:disabled)")];
const nameOf = (control) =>
  control.ariaLabel ?? (control.querySelector("span") ?? control).textContent.trim();

for (const control of bound()) {
  const row = rows.appendChild(document.createElement("div"));
  row.appendChild(document.createElement("dt")).textContent = nameOf(control);
  const key = row.appendChild(document.createElement("dd")).appendChild(document.createElement("kbd"));
  key.className = "key";
  key.textContent = control.dataset.key;
}

// A list marked data-list-nav="follow" opens what it reaches; any other only moves the focus.
const walk = (step) => {
  const nav = document.querySelector("[data-list-nav]");
  const items = [...(nav?.querySelectorAll("a[href], [data-list-item]") ?? [])];
  const here = items.findIndex(
    (item) => item === document.activeElement || item.contains(document.activeElement),
  );
  const at = here >= 0 ? here : items.findIndex((item) => item.ariaCurrent);
  const next = items[at + step];
  next?.focus();
  if (next && nav.dataset.listNav === "follow") next.click();
};

const acts = {
  j: () => walk(1),
  k: () => walk(-1),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => list.showModal(),
};

// A key means what was in view when it was pressed. Until this page is in view (its words drawn) that
// was the page before; it left word of itself, and of keys pressed while this one was under way.
const LEFT = "page-left";
const LEFT_MS = 10_000;
const moves = (key) => key === "n" || key in acts;
const control = (key) => bound().find((one) => one.dataset.key === key && one.checkVisibility());
const here = {
  item: document.querySelector("[data-item]")?.dataset.item ?? location.pathname,
  undo: [...document.querySelectorAll("[data-undo] [name=decision]")].map((one) => one.value).join(),
};
let left = {};
try {
  left = JSON.parse(sessionStorage.getItem(LEFT)) ?? {};
  sessionStorage.removeItem(LEFT);
} catch {
  // Storage may be closed: nothing is known of the page before.
}
if (!(Date.now() - left.at < LEFT_MS)) left = {};

// What this page is being left by: the key, and whether a form went out that is sent but once.
const LEAVING_MS = 5_000;
let leaving = null;
let carried = [];

const leave = (by) => {
  leaving = { ...by, at: performance.now() };
};

// A download, or a way that was broken off, does not leave the page.
const stay = () => {
  leaving = null;
  carried = [];
};

const isLeaving = () => {
  if (leaving && performance.now() - leaving.at > LEAVING_MS) stay();
  return leaving !== null;
};

const press = (key) => {
  const pressed = control(key);
  const before = leaving;
  if (pressed) pressed.click();
  else acts[key]?.();
  if (pressed?.matches("a[href]")) leave({ once: false });
  if (leaving && leaving !== before) leaving.key = key;
};

const tellEarly = (key) => {
  const detail = list.dataset.early.replace("{key}", key);
  document.dispatchEvent(new CustomEvent("toast", { detail }));
};

// Walking goes on from where one is. Undo takes back what was decided last: a decision that was under
// way, else the one on offer before. All else was meant for the item before: never for this one.
const pressUnseen = (key) => {
  if (key === "u") {
    if (here.undo && (here.undo !== left.undo) === Boolean(left.once)) press(key);
  } else if (moves(key) || here.item === left.item) press(key);
  else if (control(key) && key !== left.key) tellEarly(key);
};

const pressLeaving = (key) => {
  if (moves(key) || leaving.once) carried.push(key);
  else if (key !== leaving.key) press(key);
};

const heard = (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (typing || held || !choice.checked || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") stay();
  // While a decision is under way the key may be for a button of the page to come: its undo.
  const coming = isLeaving() && leaving.once && event.key.length === 1;
  if (!control(event.key) && !acts[event.key] && !coming) return;
  event.preventDefault();
  // A key held down presses its button once, not one after the other.
  if (event.repeat && !acts[event.key]) return;
  if (isLeaving()) pressLeaving(event.key);
  else if (event.timeStamp >= globalThis.earlyKeys.inViewAt) press(event.key);
  else pressUnseen(event.key);
};

addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  const once = "once" in event.target.dataset;
  if (once && isLeaving() && leaving.once) event.preventDefault();
  else leave({ once });
});
addEventListener("pageshow", (event) => {
  if (event.persisted) stay();
});
addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem(LEFT, JSON.stringify({ ...here, ...leaving, carried, at: Date.now() }));
  } catch {
    // As above.
  }
});

// Keys pressed on the page before, then those on this one, in the order of pressing.
for (const key of left.carried ?? []) {
  if (leaving) pressLeaving(key);
  else pressUnseen(key);
}
globalThis.earlyKeys.take().forEach(heard);
document.addEventListener("keydown", heard);
