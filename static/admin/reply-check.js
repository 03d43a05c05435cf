// Checks the public answer while somebody types: the server judges, this shows what it says and where.
// Without it the same remarks come when the form is sent.
const PAUSE_MS = 400;
const form = document.querySelector("[data-reply-check]");

// The server counts code points; a string's own places count UTF-16 units.
const marked = (body, remarks) => {
  const letters = [...body];
  const places = remarks
    .filter((remark) => remark.end > remark.start)
    .sort((one, other) => one.start - other.start);
  const pieces = [];
  let at = 0;
  for (const { start, end } of places) {
    if (end <= at) continue;
    pieces.push(letters.slice(at, Math.max(at, start)).join(""));
    const mark = document.createElement("mark");
    mark.textContent = letters.slice(Math.max(at, start), end).join("");
    pieces.push(mark);
    at = end;
  }
  return [...pieces, letters.slice(at).join("")];
};

const line = (remark) => {
  const kind = remark.stops ? "stops" : "doubt";
  const item = form.querySelector(`[data-remark-${kind}]`).content.cloneNode(true);
  item.querySelector("strong").textContent = remark.text;
  const quote = item.querySelector("q");
  if (remark.passage) quote.textContent = remark.passage;
  else quote.remove();
  return item;
};

const show = (body, remarks) => {
  const list = document.createElement("ul");
  list.className = "flag-list";
  list.append(...remarks.map(line));
  form.querySelector("[data-remarks]").replaceChildren(...(remarks.length ? [list] : []));
  const preview = form.querySelector("[data-preview]");
  preview.hidden = !body.trim();
  preview.querySelector("[data-preview-body]").replaceChildren(...marked(body, remarks));
  form.dataset.checked = body;
};

let timer;
let latest = 0;

const check = async () => {
  const turn = ++latest;
  const data = new FormData(form);
  const body = form.elements.body.value;
  try {
    const answer = await fetch(form.dataset.replyCheck, { method: "POST", body: data });
    if (!answer.ok || turn !== latest) return;
    const { remarks } = await answer.json();
    // What is not written yet is no remark: the form itself asks for it when it is sent.
    const told = remarks.filter(({ code }) => code !== "empty" && code !== "improvement");
    show(body, body.trim() ? told : []);
  } catch {
    // The line is down: typing goes on, and the form is checked when it is sent.
  }
};

if (form) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  });
  if (form.elements.body.value.trim()) check();
}
