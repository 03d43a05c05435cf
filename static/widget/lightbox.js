/** One photo large, in the browser's own dialog: it traps focus and closes by Escape. */
import { h } from "./dom.js";

/** A dialog to be put into the list's root, and `show(photos, index, alt)`. */
export function makeLightbox(words, folder) {
  const image = h("img", { part: "photo-large" });
  const step = (by) => () => turn(by);
  const previous = h("button", { type: "button", ariaLabel: words.previous, onclick: step(-1) }, "‹");
  const next = h("button", { type: "button", ariaLabel: words.next, onclick: step(1) }, "›");
  const close = h("button", { type: "button", ariaLabel: words.close, onclick: () => dialog.close() }, "×");
  const dialog = h(
    "dialog",
    { part: "lightbox" },
    image,
    h("div", { part: "lightbox-bar" }, previous, next, close),
  );
  let photos = [];
  let at = 0;
  function turn(by) {
    at = (at + by + photos.length) % photos.length;
    const { src, width, height } = photos[at].sources.at(-1);
    Object.assign(image, { src: folder + src, width, height });
  }
  dialog.onkeydown = (event) => {
    if (event.key === "ArrowLeft") turn(-1);
    if (event.key === "ArrowRight") turn(1);
  };
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  return {
    dialog,
    show(all, index, alt) {
      photos = all.filter((photo) => photo.sources.length);
      at = photos.indexOf(all[index]);
      image.alt = alt;
      previous.hidden = next.hidden = photos.length < 2;
      turn(0);
      dialog.showModal();
    },
  };
}
