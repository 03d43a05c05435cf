/** Forms of the tags: labelled fields, faults beside them, one press; nothing is kept in the browser. */
import { button, fill, h } from "./shared.js";

const PATIENCE_MS = 20000;
let made = 0;

/** A label, hint and place for a fault around `control`; `tell(text)` shows a fault or clears it. */
export function field(name, control, label, { hint, optional } = {}) {
  const id = `f${++made}`;
  const fault = h("p", { id: `${id}-fault`, part: "fault" });
  const about = [hint && `${id}-hint`, fault.id].filter(Boolean).join(" ");
  for (const [key, value] of [
    ["id", id],
    ["name", name],
    ["aria-describedby", about],
  ])
    control.setAttribute(key, value);
  const shown = h(
    "div",
    { part: "field" },
    h("label", { htmlFor: id }, label, optional && ` (${optional})`),
    hint && h("p", { id: `${id}-hint`, part: "hint" }, hint),
    control,
    fault,
  );
  return { name, shown, focus: control, tell: teller(control, fault) };
}

/** One of several: radio buttons under a legend; `pictures` stand before their labels. */
export function choice(name, legend, options, { optional, part = "choices", pictures } = {}) {
  const id = `f${++made}`;
  const fault = h("p", { id: `${id}-fault`, part: "fault" });
  const inputs = options.map(({ value }) => h("input", { type: "radio", name, value }));
  const labels = options.map(({ label }, at) =>
    h("label", { part: "choice" }, inputs[at], pictures?.[at], h("span", {}, label)),
  );
  const shown = h(
    "fieldset",
    { part, role: "radiogroup", "aria-describedby": fault.id },
    h("legend", {}, legend, optional && ` (${optional})`),
    h("div", { part: "row" }, ...labels),
    fault,
  );
  return { name, shown, inputs, labels, focus: inputs[0], tell: teller(shown, fault) };
}

/** The line of a fault is there from the start, so that nothing moves when it is told. */
function teller(control, fault) {
  return (text) => {
    fault.textContent = text || "";
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
}

/** A field that people do not see; where a browser filled it in, it shows and says so. */
export function trap(label) {
  const found = field("website", h("input", { type: "text", tabIndex: -1, autocomplete: "off" }), label);
  found.shown.inert = true;
  found.shown.part = "trap";
  const { tell } = found;
  found.tell = (text) => {
    tell(text);
    if (!text) return;
    found.shown.inert = false;
    found.shown.part = "field";
  };
  return found;
}

/**
 * The form of these fields. `send(fields)` posts and resolves with {status, fields?}; `thanks` is
 * what stands in its place once it went through. What was typed stays until then.
 */
export function makeForm(fields, { words, send, submit, thanks, notes }) {
  const says = h("p", { part: "says", role: "alert" });
  const press = h("button", { type: "submit", part: "submit" }, submit);
  const form = h(
    "form",
    { noValidate: true, part: "form-fields" },
    ...fields.map((each) => each.shown),
    ...notes,
    says,
    h("div", { part: "actions" }, press),
  );
  let busy = false;
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    press.setAttribute("aria-disabled", "true");
    says.textContent = words.sending;
    const { status, faults } = await send(new URLSearchParams(new FormData(form)));
    busy = false;
    press.removeAttribute("aria-disabled");
    for (const each of fields) each.tell(faults?.[each.name]?.[0]);
    const wrong = fields.filter((each) => faults?.[each.name]);
    if (status >= 200 && status < 300) {
      thanks.style.minBlockSize = `${form.offsetHeight}px`; // nothing below or around it moves
      form.replaceWith(thanks);
      thanks.focus();
      return;
    }
    says.textContent = wrong.length
      ? fill(words.wrong[wrong.length === 1 ? 0 : 1], wrong.length)
      : status === 429
        ? words.tooMany
        : words.unsent;
    wrong[0]?.focus.focus();
  };
  return form;
}

/** Posts without cookies; a form or plain text, so that no browser has to ask beforehand. */
export async function post(url, body) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return {
      status: answer.status,
      faults: answer.status === 422 ? (await answer.json()).fields : undefined,
    };
  } catch {
    return { status: 0 };
  }
}

/** What is said once a form went through; takes the focus. */
export const makeThanks = (title, ...texts) =>
  h(
    "div",
    { part: "thanks", tabIndex: -1, role: "status" },
    h("h3", {}, title),
    ...texts.map((text) => h("p", {}, text)),
  );

/** The browser's own dialog: it traps focus, closes by Escape and gives focus back. */
export function makeDialog(title, words, content) {
  const close = button({ part: "close", ariaLabel: words.close, onclick: () => dialog.close() }, "×");
  const id = `f${++made}`;
  const dialog = h(
    "dialog",
    { part: "dialog", "aria-labelledby": id },
    h("div", { part: "dialog-bar" }, h("h2", { id }, title), close),
    content,
  );
  return dialog;
}
