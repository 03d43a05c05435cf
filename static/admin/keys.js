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

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (typing || held || !choice.checked || document.querySelector("dialog[open]")) return;
  const control = bound().find((one) => one.dataset.key === event.key && one.checkVisibility());
  const act = control ? () => control.click() : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
