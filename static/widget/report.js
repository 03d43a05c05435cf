/** Telling the shop that something is wrong with a review. */
import { reportSheet } from "./report-style.js";
import { adopt, button, h, liveOf, send } from "./shared.js";

/** Open the dialog for the review `id` inside `frame`; the browser gives focus back. */
export function ask(id, frame, { words, folder }) {
  const note = h("textarea", { name: "note", rows: 3, maxLength: 2000 });
  const email = h("input", { name: "email", type: "email", autocomplete: "email", maxLength: 254 });
  const told = h("p", { role: "status" });
  const close = button({ onclick: () => dialog.close() }, words.close);
  const form = h(
    "form",
    { part: "report-form" },
    h(
      "fieldset",
      {},
      h("legend", {}, words.reportTitle),
      ...Object.entries(words.reasons).map(([reason, text]) =>
        h(
          "label",
          {},
          h("input", { type: "radio", name: "reason", value: reason, required: true }),
          ` ${text}`,
        ),
      ),
    ),
    h("label", {}, words.note, note),
    h("label", {}, words.email, email),
    h("p", { part: "dialog-bar" }, button({ type: "submit" }, words.sendReport), close),
    told,
  );
  const dialog = h(
    "dialog",
    { part: "dialog", ariaLabel: words.report, onclose: () => dialog.remove() },
    form,
  );
  form.onsubmit = async (event) => {
    event.preventDefault();
    const reason = form.querySelector(":checked").value;
    const fields = { reason, note: note.value.trim() };
    if (email.value) fields.email = email.value;
    try {
      await send(`${liveOf(folder)}reviews/${id}/report`, fields);
      form.replaceChildren(told, close);
      told.textContent = words.reported;
      close.focus();
    } catch {
      told.textContent = words.unsent;
    }
  };
  adopt(frame, reportSheet);
  frame.append(dialog);
  dialog.showModal();
}
