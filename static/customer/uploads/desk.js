// One field's files: a list with pictures, progress, reasons; sent one after the other.
import { keptFiles } from "./kept.js";
import { Row } from "./row.js";
import { forgetUpload, isHalfHere, send, smaller, takeBack, unfinished } from "./sending.js";

const AT_ONCE = 2;

class Desk {
  constructor(field) {
    const { uploads, form, most, photoBytes, videoBytes } = field.dataset;
    const endpoint = new URL(uploads, location);
    const language = new URLSearchParams(location.search).get("lang");
    if (language) endpoint.searchParams.set("lang", language);
    this.field = field;
    this.place = { endpoint: endpoint.href, form, prefix: `${uploads}|${form}|` };
    this.most = Number(most);
    this.mostBytes = { photo: Number(photoBytes), video: Number(videoBytes) };
    this.list = field.querySelector("[data-photo-list]");
    this.status = field.querySelector("[data-photo-status]");
    this.form = field.querySelector("[type=file]").form;
    this.rows = new Set();
    this.form.addEventListener("submit", (event) => this.hold(event));
    addEventListener("online", () => {
      for (const row of this.rows) if (row.state === "cut") this.enqueue(row);
    });
  }

  text(name, values = {}) {
    const told = this.field.dataset[`text${name}`];
    return told.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  say(text) {
    this.status.textContent = text;
  }

  // Ticked files came before, with an earlier page.
  get room() {
    const ticked = (name) => this.form.querySelectorAll(`[type=checkbox][name=${name}]:checked`).length;
    const own = [...this.rows].filter((row) => row.counts).length;
    return this.most + ticked("remove") - ticked("media_id") - own;
  }

  async add(files, { resumed = false } = {}) {
    for (const file of await Promise.all(files.map(smaller))) {
      const row = new Row(this, file);
      for (const other of this.rows) if (other.awaits(row.key)) other.drop();
      if ([...this.rows].some((other) => other.key === row.key)) continue;
      if (this.room <= 0 && !resumed) {
        this.say(this.text("Most", { most: this.most }));
        this.tooMany ??= this.note(this.status.textContent);
        return;
      }
      this.rows.add(row);
      row.show();
      if (row.file.size > this.mostBytes[row.isFilm ? "video" : "photo"]) row.refuse(this.text("Large"));
      else this.enqueue(row);
    }
  }

  // After a closed tab: what this device kept goes on by itself, the rest has to be chosen again.
  async resume() {
    await this.add(await keptFiles(this.place.prefix), { resumed: true });
    for (const { key, name, url } of await unfinished(this.place.prefix)) {
      if ([...this.rows].some((row) => row.key === key)) continue;
      if (!(await isHalfHere(url))) {
        await forgetUpload(key);
        continue;
      }
      const row = new Row(this, null, { key, name, url });
      this.rows.add(row);
      row.show();
      row.wait(this.text("Again", { name }));
    }
  }

  enqueue(row) {
    row.queue();
    this.next();
  }

  next() {
    const sending = [...this.rows].filter((row) => row.state === "sending").length;
    const waiting = [...this.rows].filter((row) => row.state === "queued");
    for (const row of waiting.slice(0, Math.max(0, AT_ONCE - sending))) this.start(row);
    if (this.submitter && !this.busy) this.form.requestSubmit(this.submitter);
  }

  async start(row) {
    row.begin();
    try {
      const media = await send(row, this.place);
      if (row.state !== "sending") return;
      // Its tab was closed at the last moment: the page knows it already.
      if (this.form.querySelector(`[name=media_id][value="${media.id}"]`)) row.drop();
      else row.arrive(media);
      this.say(this.text("Arrived", { name: row.name }));
    } catch (problem) {
      if (row.state !== "sending") return;
      this.submitter = null;
      const reason = problem.title || this.text(navigator.onLine ? "Failed" : "Offline");
      if (problem.final) row.refuse(reason);
      else row.fail(reason);
      this.say(`${row.name}: ${reason}`);
    } finally {
      this.next();
    }
  }

  async remove(row) {
    const next = row.item.nextElementSibling || row.item.previousElementSibling;
    row.drop();
    this.note("");
    this.say(this.text("Removed", { name: row.name }));
    (next?.querySelector("button") || this.field.querySelector("[type=file]")).focus();
    this.next();
    await takeBack(row);
  }

  note(text) {
    this.tooMany?.remove();
    this.tooMany = undefined;
    if (!text) return undefined;
    const note = document.createElement("p");
    note.className = "field-error";
    note.textContent = text;
    this.list.after(note);
    return note;
  }

  get busy() {
    return [...this.rows].some((row) => row.state === "sending" || row.state === "queued");
  }

  hold(event) {
    const lost = [...this.rows].some((row) => row.state === "cut");
    if (!this.busy && (!lost || this.warned)) return;
    event.preventDefault();
    if (this.busy) this.submitter = event.submitter;
    else this.warned = true;
    this.say(this.text(this.busy ? "Waiting" : "Unsent"));
    this.status.classList.remove("visually-hidden");
  }
}

export const openDesk = (field) => new Desk(field);
