// Colours of the tags as somebody picks them: the preview wears them at once, the server judges the contrast.
// Without this the button of the form does the same.
const PAUSE_MS = 150;
const DENSITIES = { compact: "0.875em", normal: "", airy: "1.0625em" };
const form = document.querySelector("[data-looks]");
const frame = document.querySelector(".tag-frame");

// The frame is of our own host: its page takes custom properties as a store's page would give them.
const wear = () => {
  const root = frame?.contentDocument?.documentElement;
  if (!root) return;
  const value = (name) => form.elements[`${form.dataset.looks}-${name}`].value;
  root.style.setProperty("padding", "10px");
  root.style.setProperty("color", value("text"));
  root.style.setProperty("background", value("ground"));
  root.style.setProperty("--review-star-color", value("stars"));
  root.style.setProperty("--review-radius", `${form.elements.radius.value || 0}px`);
  root.style.setProperty("font-size", DENSITIES[form.elements.density.value] || "100%");
};

let timer;
let latest = 0;

const judge = async () => {
  const turn = ++latest;
  const address = new URL(location.href);
  address.search = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== latest) return;
    for (const told of document.querySelectorAll("[data-looks-told]"))
      told.replaceChildren(...page.getElementById(told.id).childNodes);
    history.replaceState(null, "", address);
  } catch {
    // The line is down: picking goes on, and the button asks again.
  }
};

const changed = () => {
  wear();
  clearTimeout(timer);
  timer = setTimeout(judge, PAUSE_MS);
};

if (form) {
  form.addEventListener("input", changed);
  // A suggestion is picked by a click, wherever the server put it.
  document.addEventListener("click", (event) => {
    const pick = event.target.closest("[data-pick]");
    if (!pick) return;
    event.preventDefault();
    form.elements[pick.dataset.pick].value = pick.dataset.color;
    form.elements[pick.dataset.pick].focus();
    changed();
  });
  frame?.addEventListener("load", wear);
  wear();
}
