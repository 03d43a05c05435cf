// One file in the list: its picture, how far it is, what can be done about it.
import { keyOf } from "./kept.js";

const make = (parent, tag, properties) =>
  parent.appendChild(Object.assign(document.createElement(tag), properties));

const FILM_NAME = /\.(mp4|m4v|mov|qt|3gpp?|3g2|webm|mkv)$/i;

export class Row {
  constructor(desk, file, known = {}) {
    this.desk = desk;
    this.file = file;
    this.key = known.key ?? keyOf(desk.place.prefix, file);
    this.name = known.name ?? file.name;
    this.url = known.url;
    this.state = "new";
  }

  get isFilm() {
    return this.file.type.startsWith("video/") || FILM_NAME.test(this.name);
  }

  get counts() {
    return this.state !== "refused" && this.state !== "gone";
  }

  awaits(key) {
    return this.state === "waiting" && this.key === key;
  }

  show() {
    this.item = make(this.desk.list, "li", {});
    this.picture();
    make(this.item, "span", { textContent: this.name });
    this.bar = make(this.item, "progress", { value: 0 });
    this.bar.setAttribute("aria-label", this.name);
    this.told = make(this.item, "span", { className: "soft" });
    this.act(this.desk.text("Remove"), () => this.desk.remove(this));
  }

  // What this browser cannot show (HEIC) is told by its kind.
  picture() {
    if (!this.file) return;
    const film = this.isFilm;
    const shown = make(
      this.item,
      film ? "video" : "img",
      film ? { muted: true, preload: "metadata" } : { alt: "" },
    );
    shown.onerror = () => {
      const textContent = /\w{1,5}$/.exec(this.name)?.[0].toUpperCase();
      shown.replaceWith(
        Object.assign(document.createElement("span"), { className: "file-kind", textContent }),
      );
    };
    this.preview = URL.createObjectURL(this.file);
    shown.src = film ? `${this.preview}#t=0.1` : this.preview;
  }

  act(text, act) {
    const button = make(this.item, "button", { type: "button", className: "button", textContent: text });
    button.setAttribute("aria-label", `${text}: ${this.name}`);
    button.onclick = act;
    return button;
  }

  settle(state) {
    this.state = state;
    this.item.dataset.state = state;
    this.trouble?.remove();
    this.again?.remove();
    this.bar.hidden = state !== "sending" && state !== "queued";
    this.told.textContent = "";
  }

  queue() {
    this.settle("queued");
  }

  begin() {
    this.settle("sending");
  }

  progress(sent, all) {
    this.bar.value = sent / all;
    const percent = Math.floor((100 * sent) / all);
    this.told.textContent = percent < 100 ? `${percent} %` : this.desk.text("Checking");
  }

  arrive({ id }) {
    this.settle("here");
    this.told.textContent = this.desk.text("Here");
    make(this.item, "input", { type: "hidden", name: "media_id", value: id });
  }

  // The server's last word: another file has to be chosen.
  refuse(reason) {
    this.settle("refused");
    this.blame(reason);
  }

  blame(reason) {
    this.trouble = make(this.item, "span", { className: "field-error", textContent: reason });
    this.told.after(this.trouble);
  }

  // Trouble on the way: the same file can be tried again.
  fail(reason) {
    this.settle("cut");
    this.blame(reason);
    this.again = this.act(this.desk.text("Retry"), () => this.desk.enqueue(this));
  }

  wait(text) {
    this.settle("waiting");
    this.told.textContent = text;
  }

  drop() {
    this.state = "gone";
    this.running?.abort();
    this.desk.rows.delete(this);
    this.item.remove();
    if (this.preview) URL.revokeObjectURL(this.preview);
  }
}
