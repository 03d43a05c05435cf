/** Writing a review from the product's page: what stands inside the tag opens it; a button where nothing does. */

import { formSheet, linkSheet } from "./form-style.js";
import { button, h, sharedSheet, starSheet } from "./shared.js";

/** Draw the opener; with `inline`, the form itself, for a page that is only there for it. */
export async function draw(element, kit) {
  const { load, language } = kit;
  const { words: mine } = await load(`forms-${language[1]}`);
  const frame = h("section", { part: "form", ariaLabel: mine.write });
  const sheets = [starSheet, sharedSheet, formSheet];
  const write = () => load("write");
  const bring = async () => (await write()).writeForm({ ...kit, mine });
  if (element.hasAttribute("inline")) {
    frame.append(await bring());
    return [frame, ...sheets];
  }
  const link = element.querySelector("a[href]");
  const opener = link || button({ part: "open" }, mine.write);
  let dialog;
  const open = async () => {
    dialog ??= bring().then(async (form) => (await write()).dialogOf(form, { ...kit, mine }));
    try {
      const ready = await dialog;
      if (!ready.isConnected) frame.append(ready);
      ready.showModal();
    } catch {
      // The form cannot be had: the link leads to its page, which may know better.
      dialog = undefined;
      if (link) location.assign(link.href);
      else opener.textContent = kit.words.failed;
    }
  };
  opener.setAttribute("aria-haspopup", "dialog");
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  if (link) return [h("span", {}, h("slot"), frame), ...sheets, linkSheet];
  frame.append(opener);
  return [frame, ...sheets];
}
