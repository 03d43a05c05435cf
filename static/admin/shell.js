// Small services of every admin page: appearance, dialogs, menus, copying, passing messages.
const strip = document.querySelector("[data-toasts]");
const TOAST_MS = 6000;

const toast = (message) => {
  const shown = Object.assign(document.createElement("p"), { className: "toast" });
  strip?.append(shown);
  // Set after insertion, so that screen readers announce the change of a live region.
  shown.textContent = message;
  setTimeout(() => shown.remove(), TOAST_MS);
};

document.addEventListener("toast", (event) => toast(event.detail));

const root = document.documentElement;
for (const radio of document.querySelectorAll("[data-theme-choice] input")) {
  // The choice stands twice (side bar and phone menu); each copy is a group of its own.
  radio.name += radio.closest(".sidebar") ? "-side" : "-top";
  radio.checked = radio.value === (root.dataset.theme ?? "system");
  radio.addEventListener("change", () => {
    if (radio.value === "system") delete root.dataset.theme;
    else root.dataset.theme = radio.value;
    try {
      localStorage.setItem("theme", radio.value);
    } catch {
      // Storage may be closed: the choice holds for this page.
    }
  });
}

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    await navigator.clipboard.writeText(document.getElementById(copier.dataset.copy).textContent);
    toast(copier.dataset.copied);
  }
  if (event.target.matches("dialog")) event.target.close();
  for (const menu of document.querySelectorAll("details[data-closes][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menus = [...document.querySelectorAll("details[data-closes][open]")];
  const menu = menus.find((open) => open.contains(document.activeElement));
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.querySelector("[data-error-summary]")?.focus();
