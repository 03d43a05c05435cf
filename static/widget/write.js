/** The review form: stars start empty, every rating is asked the same; a mail confirms it. */

import { choice, field, makeDialog, makeForm, makeThanks, post, trap } from "./form-kit.js";
import { ask, fill, h, liveOf } from "./shared.js";

const SVG = "http://www.w3.org/2000/svg";
const STAR = "M8 1l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5z";

/** The form about this product; rejects when the service cannot say what it asks. */
export async function writeForm({ folder, key, language, words, mine }) {
  const { product, questions, limits } = await ask(
    `${liveOf(folder)}products/${key}/form?lang=${language[0]}`,
  );
  const text = (name) => h("input", { type: "text", maxLength: limits[name] });
  const fields = [
    stars(words, mine, language),
    field("body", h("textarea", { rows: 5, maxLength: limits.body }), mine.body, { hint: mine.bodyHint }),
    field("title", text("title"), mine.title, { optional: mine.optional }),
    ...questions.map((each) =>
      each.choices.length
        ? choice(each.name, each.label, each.choices, { optional: mine.optional })
        : field(each.name, h("textarea", { rows: 2 }), each.label, { optional: mine.optional }),
    ),
    field("display_name", Object.assign(text("display_name"), { autocomplete: "nickname" }), mine.name, {
      hint: mine.nameHint,
    }),
    field("email", h("input", { type: "email", autocomplete: "email", maxLength: 254 }), mine.email, {
      hint: mine.emailHint,
    }),
    trap(mine.trap),
  ];
  const policy = h("a", { href: `${folder}policy.html` }, words.policy);
  const form = makeForm(fields, {
    words: mine,
    submit: mine.send,
    thanks: makeThanks(mine.checkMail, fill(mine.checkMailText, product), mine.checkMailLate),
    notes: [h("p", { part: "notes" }, `${mine.next} `, policy)],
    send(values) {
      values.set("lang", language[0]);
      return post(`${liveOf(folder)}products/${key}/reviews`, values);
    },
  });
  form.prepend(h("p", { part: "about", dir: "auto" }, h("strong", {}, product)));
  return form;
}

/** The form in a dialog of its own: the page below does not move. */
export const dialogOf = (form, { words, mine }) => makeDialog(mine.write, words, h("div", {}, form));

function stars(words, mine, language) {
  const options = mine.scale.map((label, at) => ({
    value: at + 1,
    label: `${fill(words.star[at ? 1 : 0], language[2](at + 1))}: ${label}`,
  }));
  const pictures = options.map(() => {
    const drawn = document.createElementNS(SVG, "svg");
    const path = document.createElementNS(SVG, "path");
    drawn.setAttribute("viewBox", "0 0 16 16");
    drawn.setAttribute("aria-hidden", "true");
    path.setAttribute("d", STAR);
    drawn.append(path);
    return drawn;
  });
  const made = choice("rating", mine.stars, options, { part: "stars-input", pictures });
  const chosen = h("p", { part: "chosen", ariaHidden: "true" });
  made.labels[0].parentNode.append(chosen);
  made.shown.onchange = () => {
    const at = made.inputs.findIndex((input) => input.checked);
    for (const [each, label] of made.labels.entries()) label.toggleAttribute("data-on", each <= at);
    chosen.textContent = mine.scale[at] || "";
  };
  return made;
}
