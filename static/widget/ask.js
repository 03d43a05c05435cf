/** Asking a question: read by a person, then shown with its answer; a mail tells who left an address. */

import { field, makeDialog, makeForm, makeThanks, post, trap } from "./form-kit.js";
import { h, json, liveOf } from "./shared.js";

/** The dialog to ask in; what was typed stays in it until it is sent. */
export function askDialog({ folder, key, language, words, mine }) {
  const fields = [
    field("body", h("textarea", { rows: 3, maxLength: 1000 }), mine.question, { hint: mine.questionHint }),
    field("author", h("input", { type: "text", maxLength: 60, autocomplete: "nickname" }), mine.name, {
      hint: mine.askerHint,
      optional: mine.optional,
    }),
    field("email", h("input", { type: "email", maxLength: 254, autocomplete: "email" }), mine.email, {
      hint: mine.askerEmailHint,
      optional: mine.optional,
    }),
    trap(mine.trap),
  ];
  const form = makeForm(fields, {
    words: mine,
    submit: mine.sendQuestion,
    thanks: makeThanks(mine.asked, mine.askedText),
    notes: [h("p", { part: "notes" }, mine.askNext)],
    async send(values) {
      values.set("lang", language[0]);
      return said(
        await post(`${liveOf(folder)}products/${key}/questions`, json(Object.fromEntries(values))),
        mine,
      );
    },
  });
  return makeDialog(mine.ask, words, h("div", {}, form));
}

/** Faults in the reader's words: the service tells them in English. */
function said(answer, mine) {
  const told = { body: mine.noQuestion, email: mine.badEmail };
  for (const name in answer.faults) if (told[name]) answer.faults[name] = [told[name]];
  return answer;
}
