// Holds the keys pressed before the page's modules run, and notes since when its words are in view.
// A classic script in the head on purpose: it runs before anything of the page can be seen.
(() => {
  const held = [];
  const hold = (event) => held.push(event);
  const early = { inViewAt: Number.POSITIVE_INFINITY };
  addEventListener("keydown", hold);
  // Gives out what was held, once; from then on whoever took it listens.
  early.take = () => {
    removeEventListener("keydown", hold);
    return held.splice(0);
  };
  const inView = () => {
    early.inViewAt = performance.now();
    document.documentElement.dataset.inView = "";
  };
  // Frames are drawn only when the style sheets are there; the one after the words' own has shown them.
  const look = () => {
    const there = document.querySelector("[data-passage-of], #key-list");
    requestAnimationFrame(there ? inView : look);
  };
  requestAnimationFrame(look);
  globalThis.earlyKeys = early;
})();
