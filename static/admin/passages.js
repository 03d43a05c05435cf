// Selecting words of a review puts them into the form's passage field; works with `data-passages`.
const KEPT = "passage-selected";
const field = document.querySelector("[data-passages]");
const quotes = [...document.querySelectorAll("[data-passage-of]")];

const selected = () => {
  const selection = document.getSelection();
  const inside = quotes.some(
    (quote) => quote.contains(selection?.anchorNode) && quote.contains(selection?.focusNode),
  );
  return inside ? selection.toString().replace(/\s+/g, " ").trim() : "";
};

const put = (words) => {
  if (!words || !field) return;
  const lines = field.value.split("\n").filter((line) => line.trim());
  if (field.dataset.passages === "one") field.value = words;
  else if (!lines.includes(words)) field.value = [...lines, words].join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

if (field) {
  document.addEventListener("mouseup", () => put(selected()));
  // Words may have been selected before the form was asked for; they never stand in an address.
  try {
    put(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
  } catch {
    // Storage may be closed: the words are selected again.
  }
} else {
  for (const link of document.querySelectorAll("a[href*='do=']")) {
    link.addEventListener("click", () => {
      try {
        if (selected()) sessionStorage.setItem(KEPT, selected());
      } catch {
        // As above.
      }
    });
  }
}
