// A case's draft: `/` finds a saved answer, and the five things are looked for while somebody types.
// Without it the same answers come by the list above the draft, and the same remarks by "Check it".
const PAUSE_MS = 400;
const form = document.querySelector("[data-lacking]");
const picker = document.querySelector("[data-macro-picker]");

const usePicker = () => {
  const field = picker.querySelector("[data-macro-field]");
  const options = [...picker.querySelectorAll("[role=option]")];
  const body = form.elements.body;
  let place = null;

  const shown = () => options.filter((option) => !option.hidden);
  const select = (chosen) => {
    for (const option of options) option.ariaSelected = String(option === chosen);
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  };
  const narrow = () => {
    const words = field.value.trim().toLowerCase().split(/\s+/);
    for (const option of options) {
      const name = option.textContent.toLowerCase();
      option.hidden = !words.every((word) => name.includes(word));
    }
    picker.querySelector("[data-macro-none]").hidden = shown().length > 0;
    select(shown()[0]);
  };
  const open = () => {
    place = document.activeElement === body ? body.selectionStart : body.value.length;
    field.value = "";
    narrow();
    picker.showModal();
  };
  const insert = (option) => {
    const before = body.value.slice(0, place);
    const gap = before && !before.endsWith("\n") ? "\n\n" : "";
    picker.close();
    body.focus();
    body.setRangeText(gap + option.dataset.body, place, place, "end");
    form.elements.macro_mark.value = option.dataset.mark;
    if ("dated" in option.dataset) form.elements.next_update_at.value = picker.dataset.proposed;
    body.dispatchEvent(new Event("input", { bubbles: true }));
    const blank = body.value.search(/\[[^\W\d_][^[\]\n]*\]/);
    if (blank >= 0) body.setSelectionRange(blank, body.value.indexOf("]", blank) + 1);
  };

  document.querySelector("[data-opens=macro-picker]").addEventListener("click", (event) => {
    event.stopImmediatePropagation();
    open();
  });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".button-primary"));
    }
  });
  body.addEventListener("keydown", (event) => {
    const start = body.value.slice(0, body.selectionStart);
    if (event.key !== "/" || event.ctrlKey || event.metaKey || !/(^|\n)$/.test(start)) return;
    event.preventDefault();
    open();
  });
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", (event) => {
    const some = shown();
    const at = some.findIndex((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      select(some[(at + step + some.length) % some.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (some[at]) insert(some[at]);
    }
  });
  for (const option of options) option.addEventListener("click", () => insert(option));
};

let timer;
let latest = 0;

const show = (body, { missing, stops }) => {
  for (const part of form.querySelectorAll("[data-part]")) {
    const there = body.trim() !== "" && !missing.includes(part.dataset.part);
    part.classList.toggle("is-there", there);
    part.classList.toggle("is-missing", body.trim() !== "" && !there);
  }
  const lines = stops.map((told) => {
    const line = document.createElement("li");
    line.textContent = told;
    return line;
  });
  form.querySelector("[data-stops]").replaceChildren(...lines);
};

const check = async () => {
  const turn = ++latest;
  const body = form.elements.body.value;
  try {
    const answer = await fetch(form.dataset.lacking, { method: "POST", body: new FormData(form) });
    if (answer.ok && turn === latest) show(body, await answer.json());
  } catch {
    // The line is down: typing goes on, and the draft is checked when it is sent.
  }
};

if (form && picker) {
  usePicker();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  });
  if (form.elements.body.value.trim()) check();
}
