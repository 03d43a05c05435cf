// Ctrl K: go anywhere by typing a part of its name; entries marked data-query take the words along.
const bar = document.querySelector("#command-bar");
const field = bar.querySelector("[data-command-field]");
const entries = [...bar.querySelectorAll("[role=option]")];
const list = bar.querySelector("#command-list");
const none = bar.querySelector("[data-command-none]");

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const visible = () => [...list.children].filter((entry) => !entry.hidden);

const select = (chosen) => {
  for (const entry of entries) entry.ariaSelected = String(entry === chosen);
  if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  else field.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
};

const narrow = () => {
  const words = field.value.trim();
  const begins = (entry) => plain(entry.querySelector("span").textContent).startsWith(plain(words));
  // Names that begin with the words come first; all else keeps the order of the menu.
  list.append(...entries.filter(begins), ...entries.filter((entry) => !begins(entry)));
  for (const entry of entries) {
    const takesWords = "query" in entry.dataset;
    const label = plain(entry.querySelector("span").textContent);
    entry.hidden = takesWords
      ? !words
      : !plain(words)
          .split(/\s+/)
          .every((w) => label.includes(w));
    if (takesWords) entry.querySelector("[data-words]").textContent = words;
  }
  none.hidden = visible().length > 0;
  select(visible()[0]);
};

const go = (entry) => {
  if (!entry) return;
  const words = "query" in entry.dataset ? encodeURIComponent(field.value.trim()) : "";
  location.assign(entry.dataset.href + words);
  bar.close();
};

const move = (step) => {
  const shown = visible();
  const at = shown.findIndex((entry) => entry.ariaSelected === "true");
  select(shown[(at + step + shown.length) % shown.length]);
};

field.addEventListener("input", narrow);
field.addEventListener("keydown", (event) => {
  const acts = { ArrowDown: () => move(1), ArrowUp: () => move(-1) };
  acts.Enter = () => go(entries.find((entry) => entry.ariaSelected === "true"));
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});
bar.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
bar.addEventListener("close", () => {
  field.value = "";
  narrow();
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (bar.open) bar.close();
  else bar.showModal();
});
narrow();
