/** When a tag may take the place of what the shop's server included, so that nothing is seen to move. */

/** Part of the view's height below which an element counts as still to come. */
const TO_COME = 0.8;

/**
 * Resolves while the element is still to come, or where its end is out of sight and its beginning
 * is not above: what is below it then moves unseen. Else with the next press, whose answer it is.
 */
export const unseen = (element) =>
  new Promise((resolve) => {
    const look = ([{ boundingClientRect: box, rootBounds }]) => {
      const view = rootBounds?.height ?? innerHeight;
      if (box.top >= 0 && (box.top > TO_COME * view || box.bottom > view)) end();
    };
    const watch = new IntersectionObserver(look, { threshold: [0, 0.25, 0.5, 0.75, 1] });
    const end = () => {
      watch.disconnect();
      removeEventListener("click", end, true);
      removeEventListener("keydown", end, true);
      resolve();
    };
    watch.observe(element);
    addEventListener("click", end, true);
    addEventListener("keydown", end, true);
  });
