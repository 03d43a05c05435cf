/** The smallest script that shows twenty reviews: neither styles nor labels, filters, votes, photos or languages. */
const box = document.querySelector("#reviews");
const make = (name, ...text) => {
  const made = document.createElement(name);
  made.append(...text);
  return made;
};
fetch(box.dataset.url).then(r => r.json()).then(({ summary, reviews }) => {
  document.querySelector("#stars").textContent = `★ ${summary.average} (${summary.count})`;
  box.replaceChildren(...reviews.map(({ rating, title, body, author, date }) => make("article",
    make("b", "★".repeat(rating)), make("h3", title), make("p", body),
    make("p", `${author} ${date}`))));
});

