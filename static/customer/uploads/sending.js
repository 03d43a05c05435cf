// Sends one file by tus 1.0: goes on where it was cut, and asks what became of it.
import { defaultOptions, Upload } from "tus-js-client";
import { forget, keep } from "./kept.js";

const CHUNK_BYTES = 4 * 1024 * 1024;
const DELAYS_MS = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
const KEPT_MS = 48 * 3_600_000;
const LONGEST_PX = 2560;
const VERSION = { "Tus-Resumable": "1.0.0" };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const problem = (status, body) => {
  let told = {};
  try {
    told = JSON.parse(body);
  } catch {
    // No answer of ours: a proxy's page, or none at all.
  }
  const passing = !status || status >= 500 || told.code === "too_many";
  return { title: told.title, code: told.code, status, final: !passing };
};

const answered = (response) => problem(response?.getStatus(), response?.getBody());

const canRetry = (error) => {
  const { status, final } = answered(error.originalResponse);
  return navigator.onLine && (!final || status === 409 || status === 423);
};

// Where the line is slow or dear, no more is sent than is shown in the end.
export const smaller = async (file) => {
  const { saveData, effectiveType = "4g" } = navigator.connection ?? {};
  if ((!saveData && effectiveType === "4g") || file.size < 1_500_000) return file;
  if (!["image/jpeg", "image/webp"].includes(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = LONGEST_PX / Math.max(picture.width, picture.height);
    if (scale >= 1) return file;
    const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    const name = file.name.replace(/(\.\w+)?$/, ".jpg");
    return new File([blob], name, { type: blob.type, lastModified: file.lastModified });
  } catch {
    return file;
  }
};

// Uploads of this form that this device began and nobody finished.
export const unfinished = async (prefix) => {
  const found = await defaultOptions.urlStorage.findAllUploads().catch(() => []);
  const fresh = [];
  for (const { urlStorageKey, uploadUrl, creationTime, metadata } of found) {
    const key = urlStorageKey.replace(/^tus::|::\d+$/g, "");
    if (Date.now() - new Date(creationTime) > KEPT_MS) {
      await defaultOptions.urlStorage.removeUpload(urlStorageKey);
    } else if (key.startsWith(prefix)) {
      fresh.push({ key, name: metadata.filename, url: uploadUrl, urlStorageKey });
    }
  }
  return fresh;
};

export const forgetUpload = async (key) => {
  forget(key);
  for (const { urlStorageKey } of await unfinished(key)) {
    await defaultOptions.urlStorage.removeUpload(urlStorageKey);
  }
};

export const isHalfHere = async (url) => {
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  return !answer || answer.status >= 500 || (answer.ok && (await answer.json()).state === "open");
};

const outcome = async (url) => {
  // Whoever died while looking at the file is waited for 90 seconds.
  for (const delay of [...DELAYS_MS, 30_000]) {
    await pause(delay);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw problem(answer.status, await answer.text());
    const { state, media, offset } = await answer.json();
    if (state === "staged") return media;
    // All bytes are here, but looking at them failed for now: an empty PATCH asks for it again.
    const again = await fetch(url, {
      method: "PATCH",
      headers: {
        ...VERSION,
        "Upload-Offset": offset,
        "Content-Type": "application/offset+octet-stream",
      },
    });
    const told = problem(again.status, again.ok ? "" : await again.text());
    if (!again.ok && told.final && told.status !== 409) throw told;
  }
  throw { final: false };
};

const transfer = (row, { endpoint, form }) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(row.file, {
      endpoint,
      chunkSize: CHUNK_BYTES,
      retryDelays: DELAYS_MS,
      metadata: { filename: row.file.name, filetype: row.file.type, form },
      fingerprint: async () => row.key,
      onShouldRetry: canRetry,
      onProgress: (sent, all) => row.progress(sent, all),
      onUploadUrlAvailable: () => {
        row.url = upload.url;
        keep(row.key, row.file);
      },
      onSuccess: () => resolve(upload.url),
      onError: (error) => reject(answered(error.originalResponse)),
    });
    row.running = upload;
    upload.findPreviousUploads().then(([latest]) => {
      if (latest) upload.resumeFromPreviousUpload(latest);
      if (row.state === "sending") upload.start();
    });
  });

export const send = async (row, place) => {
  try {
    const media = await outcome(await transfer(row, place));
    await forgetUpload(row.key);
    return media;
  } catch (told) {
    if (told.final) await forgetUpload(row.key);
    throw told;
  }
};

export const takeBack = async (row) => {
  await forgetUpload(row.key);
  if (row.url) await fetch(row.url, { method: "DELETE", headers: VERSION }).catch(() => {});
};
