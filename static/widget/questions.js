/** Questions about a product and their answers: read, searched in what is here, voted on, asked. */

import { formSheet } from "./form-style.js";
import { questionsSheet } from "./questions-style.js";
import { button, drawDay, fill, h, liveOf, send, sharedSheet, starSheet } from "./shared.js";

/** Questions from which on a search helps. */
const MANY = 4;

/** Draw the questions of the product's documents; rejects, and leaves the tag as it was, without them. */
export async function draw(_element, kit) {
  const { key, language, load, get } = kit;
  const [{ words: mine }, page] = await Promise.all([
    load(`forms-${language[1]}`),
    get(`products/${key}/questions.json`),
  ]);
  if (page > 0 && page !== 404) throw new Error(page);
  const { count = 0, questions = [], next = null } = page;
  const frame = h("section", { part: "questions", ariaLabel: mine.questions });
  const here = [];
  const list = h("div", { part: "question-list" });
  const status = h("p", { part: "status", role: "status" });
  const more = button({ part: "more", hidden: next === null }, mine.moreQuestions);
  const search = h("input", {
    type: "search",
    part: "search",
    ariaLabel: mine.search,
    placeholder: mine.search,
  });
  let older = next;

  const add = (found) => {
    const drawn = found.map((each) => [drawQuestion(each, { ...kit, mine }), wordsOf(each, language[0])]);
    here.push(...drawn);
    list.append(...drawn.map(([shown]) => shown));
    return drawn;
  };
  const narrow = () => {
    const wanted = search.value.toLocaleLowerCase(language[0]).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [article, said] of here) {
      article.hidden = !wanted.every((word) => said.includes(word));
      shown += !article.hidden;
    }
    const number = language[2];
    status.textContent = wanted.length
      ? shown
        ? fill(mine.foundQuestions, number(shown))
        : mine.noneFound
      : "";
  };
  search.oninput = narrow;
  more.onclick = async () => {
    more.disabled = true;
    try {
      const [drawn, ...others] = await take();
      narrow();
      (drawn || others[0])?.[0].focus();
    } catch {
      status.textContent = kit.words.failed;
    }
    more.disabled = false;
  };
  /** The next older document; a hole in between is stepped over. */
  async function take() {
    const found = await get(`products/${key}/questions-${older}.json`);
    if (typeof found === "number") throw new Error(found);
    older = found.next;
    more.hidden = older === null;
    return add(found.questions);
  }
  frame.append(
    h(
      "div",
      { part: "questions-head" },
      h("h2", { part: "questions-title" }, mine.questions, count ? ` (${language[2](count)})` : ""),
      asker(frame, { ...kit, mine }),
    ),
    count
      ? h("div", { part: "tools", hidden: questions.length < MANY }, search)
      : h("p", { part: "empty" }, mine.noQuestions),
    status,
    list,
    more,
  );
  add(questions);
  return [frame, starSheet, sharedSheet, formSheet, questionsSheet];
}

function asker(frame, kit) {
  let dialog;
  const ask = button({ part: "ask", ariaHasPopup: "dialog" }, kit.mine.ask);
  ask.onclick = async () => {
    try {
      dialog ??= (await kit.load("ask")).askDialog(kit);
      if (!dialog.isConnected) frame.append(dialog);
      dialog.showModal();
    } catch {
      ask.textContent = kit.words.failed;
    }
  };
  return ask;
}

function drawQuestion(question, kit) {
  const { mine } = kit;
  const by = (each, text) =>
    h(
      "p",
      { part: "meta" },
      text,
      text && " · ",
      h("bdi", { part: "author" }, each.author),
      " · ",
      drawDay(each.date, kit),
    );
  const answers = question.answers.map((answer) =>
    h(
      "div",
      { part: "answer" },
      by(answer, answer.by === "shop" ? mine.byShop : mine.byBuyer),
      h("p", { part: "body", dir: "auto" }, answer.body),
      voter("answers", answer, kit),
    ),
  );
  return h(
    "article",
    { part: "question", tabIndex: -1 },
    h("h3", { part: "question-body", dir: "auto" }, question.body),
    by(question, ""),
    voter("questions", question, kit),
    answers.length ? h("div", { part: "answers" }, ...answers) : h("p", { part: "note" }, mine.unanswered),
  );
}

/** A press that says it helped; pressed again it is taken back. The number is the service's. */
function voter(kind, { id, votes, body }, { folder, mine, language }) {
  const made = button({ part: "vote", ariaPressed: false });
  const name = (count) => {
    made.textContent = count ? `${mine.helpful} (${language[2](count)})` : mine.helpful;
    made.ariaLabel = `${made.textContent}: ${body.slice(0, 80)}`;
  };
  name(votes);
  made.onclick = async () => {
    const helpful = made.ariaPressed !== "true";
    made.ariaPressed = helpful;
    try {
      name((await send(`${liveOf(folder)}${kind}/${id}/helpful`, { helpful })).helpful);
    } catch {
      made.ariaPressed = !helpful;
    }
  };
  return made;
}

const wordsOf = ({ body, answers }, tag) =>
  [body, ...answers.map((each) => each.body)].join("\n").toLocaleLowerCase(tag);
