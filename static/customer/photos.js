// The photo tile: thumbnails, progress, retry and removal; resumable (tus 1.0) if offered.
const CHUNK_BYTES = 1 << 20;

const make = (parent, tag, properties) =>
  parent.appendChild(Object.assign(document.createElement(tag), properties));

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const ask = async (url, method, headers, body) => {
  const tus = { "Tus-Resumable": "1.0.0", Accept: "application/json", ...headers };
  const answer = await fetch(url, { method, headers: tus, body });
  if (answer.ok) return answer.headers;
  throw new Error((await answer.json().catch(() => ({}))).title);
};

const upload = async (photo, uploads, bar) => {
  const { name, type, size } = photo.file;
  if (!photo.url) {
    const made = await ask(uploads, "POST", {
      "Upload-Length": size,
      "Upload-Metadata": `filename ${base64(name)},filetype ${base64(type)}`,
    });
    photo.url = new URL(made.get("Location"), location).href;
  }
  let told = await ask(photo.url, "HEAD");
  for (;;) {
    const offset = Number(told.get("Upload-Offset"));
    bar.value = offset / size;
    if (offset >= size || photo.removed) return;
    told = await ask(
      photo.url,
      "PATCH",
      { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" },
      photo.file.slice(offset, offset + CHUNK_BYTES),
    );
  }
};

const bind = (field) => {
  const { uploads, textRemove, textRetry, textFailed, textWaiting } = field.dataset;
  const input = field.querySelector("[type=file]");
  const status = field.querySelector("[data-photo-status]");
  const photos = new Set();
  const busy = () => [...photos].some((photo) => photo.busy);
  let submitter;

  const settle = () => {
    if (!uploads) {
      const kept = new DataTransfer();
      for (const { file } of photos) kept.items.add(file);
      input.files = kept.files;
    } else if (submitter && !busy()) input.form.requestSubmit(submitter);
  };

  const send = async (photo) => {
    const bar = make(photo.item, "progress", { value: 0, ariaLabel: photo.file.name });
    photo.busy = true;
    try {
      await upload(photo, uploads, bar);
      make(photo.item, "input", { type: "hidden", name: "upload", value: photo.url });
    } catch (error) {
      submitter = null;
      status.textContent = error.message || textFailed;
      const failed = make(photo.item, "div", { className: "field-error", textContent: status.textContent });
      button(failed, textRetry, () => {
        failed.remove();
        send(photo);
      });
    }
    bar.remove();
    photo.busy = false;
    settle();
  };

  const button = (parent, text, act) =>
    make(parent, "button", { type: "button", className: "button", textContent: text, onclick: act });

  const add = (file) => {
    const photo = { file, item: make(field.querySelector("[data-photo-list]"), "li") };
    photos.add(photo);
    // What this browser cannot show (HEIC) is told by its name.
    const image = make(photo.item, "img", { alt: "", src: URL.createObjectURL(file) });
    image.onerror = () => image.remove();
    make(photo.item, "span", { textContent: file.name });
    button(photo.item, textRemove, () => {
      photo.removed = photos.delete(photo);
      photo.item.remove();
      if (photo.url) ask(photo.url, "DELETE").catch(() => {});
      settle();
      input.focus();
    }).ariaLabel = `${textRemove} ${file.name}`;
    if (uploads) send(photo);
  };

  input.parentElement.classList.add("is-enhanced");
  input.onchange = () => {
    [...input.files].forEach(add);
    if (uploads) input.value = "";
    else settle();
  };
  input.form.addEventListener("submit", (event) => {
    if (!busy()) return;
    event.preventDefault();
    ({ submitter } = event);
    status.textContent = textWaiting;
  });
};

document.querySelectorAll("[data-photos]").forEach(bind);
