/** Photos and films large, with their review beside; in the browser's own modal dialog. */
import { lightboxSheet } from "./lightbox-style.js";
import { adopt, altOf, ask, button, drawPicture, drawReview, fill, h, sourcesOf } from "./shared.js";

const CHUNK_SIZE = 20;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Show `items` from `index` on inside `frame`; the browser gives focus back when it is closed. */
export function show(items, index, frame, kit) {
  const { words, language } = kit;
  const stage = h("div", { part: "stage" });
  const beside = h("div", { part: "beside" });
  const count = h("span", { part: "place", role: "status" });
  const films = items.some(({ kind }) => kind === "video");
  const onwards = button(
    { part: "onwards", ariaPressed: false, hidden: !films || still.matches },
    words.onwards,
  );
  let at = index;

  function turn(by, plays) {
    at = (at + by + items.length) % items.length;
    const item = items[at];
    const number = language[2];
    count.textContent = fill(words.place, number(at + 1), number(items.length));
    const next = () => on() && turn(1, true);
    stage.replaceChildren(drawLarge(item, kit, plays || on(), next));
    beside.replaceChildren();
    reviewOf(item, kit).then((review) => {
      if (!review || item !== items[at]) return;
      beside.append(drawReview(review, kit), drawBack(review, dialog, kit) || "");
    });
  }
  const on = () => onwards.ariaPressed === "true";
  onwards.onclick = () => {
    onwards.ariaPressed = !on();
    stage.querySelector("video")?.[on() ? "play" : "pause"]();
  };
  const previous = button({ ariaLabel: words.previous, onclick: () => turn(-1) }, "‹");
  const next = button({ ariaLabel: words.next, onclick: () => turn(1) }, "›");
  const close = button({ ariaLabel: words.close, onclick: () => dialog.close() }, "×");
  previous.hidden = next.hidden = items.length < 2;
  const bar = h("div", { part: "lightbox-bar" }, count, onwards, previous, next, close);
  const dialog = h("dialog", { part: "lightbox", ariaLabel: words.gallery }, bar, stage, beside);
  dialog.onclose = () => dialog.remove();
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && event.target.localName !== "video") turn(by * (dialog.matches(":dir(rtl)") ? -1 : 1));
  };
  swipes(stage, turn);
  adopt(frame, lightboxSheet);
  frame.append(dialog);
  dialog.showModal();
  close.focus();
  turn(0, !still.matches);
}

/** A photo, a film with its captions, or the poster of one that is not ready. */
function drawLarge(item, kit, plays, ended) {
  const { words, folder } = kit;
  const film = item.kind === "video" && item.sources[0];
  const { width, height } = film || item;
  const box = { part: "large", width, height };
  const shape = width / height;
  if (!film) {
    const picture = drawPicture(sourcesOf(item), folder, {
      ...box,
      alt: altOf(item, words),
      sizes: `(min-width:56em) min(100vw - 25em,${84 * shape}vh), min(100vw - 1em,${84 * shape}vh)`,
    });
    return item.kind === "video" ? h("figure", {}, picture, h("figcaption", {}, words.preparing)) : picture;
  }
  const video = h("video", {
    ...box,
    crossOrigin: "anonymous",
    controls: true,
    playsInline: true,
    preload: "none",
    poster: folder + posterOf(item, Math.min(innerWidth, innerHeight * shape) * devicePixelRatio).src,
    ariaLabel: altOf(item, words),
    onended: ended,
  });
  for (const { path, content_type: type } of item.sources)
    video.append(h("source", { src: folder + path, type }));
  const captions = item.captions || [];
  const spoken = captions.find(({ language }) => language.startsWith(kit.language[1])) || captions[0];
  for (const one of captions) {
    const { path, language, label = language } = one;
    video.append(
      h("track", { kind: "captions", src: folder + path, srclang: language, label, default: one === spoken }),
    );
  }
  // Only after the shopper opened this film or asked for one after another; muted where they must be.
  if (plays)
    video.play().catch(() =>
      Object.assign(video, { muted: true })
        .play()
        .catch(() => {}),
    );
  return video;
}

/** The poster for so many pixels, in the one type that every browser of ours shows. */
function posterOf(item, pixels) {
  const all = sourcesOf(item);
  const webp = all.filter(({ type }) => type === "image/webp");
  const fit = webp.length ? webp : all;
  return fit.find(({ width }) => width >= pixels) || fit.at(-1);
}

/** The review an item belongs to: at hand, or in the chunk its position tells. */
async function reviewOf({ of, review, position }, { folder, key }) {
  if (of || !review) return of;
  const chunk = await ask(`${folder}products/${key}/chunk-${Math.floor(position / CHUNK_SIZE)}.json`);
  return chunk?.reviews.find(({ id }) => id === review);
}

/** The way back to the review in the list of the page, where it is shown there. */
function drawBack({ id }, dialog, { words, choice }) {
  if (!choice?.finds?.(id)) return null;
  const back = button({ part: "back" }, words.toReview);
  back.onclick = () => {
    dialog.close();
    choice.finds(id)();
  };
  return back;
}

function swipes(stage, turn) {
  let from;
  stage.ontouchstart = (event) => {
    from = event.touches[0].clientX;
  };
  stage.ontouchend = (event) => {
    const moved = event.changedTouches[0].clientX - from;
    if (Math.abs(moved) > 48 && event.target.localName !== "video") turn(moved < 0 ? 1 : -1);
  };
}
