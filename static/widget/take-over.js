/** When a tag may take the place of what the shop's server included, so that nobody sees it move. */

/** Where an element counts as still to come: below the view or in its lowest fifth. */
const TO_COME = { rootMargin: "0px 0px -20%" };

/** Resolves while the element is still to come; else with the next press, whose answer it then is. */
export const unseen = (element) =>
  new Promise((resolve) => {
    const watch = new IntersectionObserver(([{ isIntersecting, boundingClientRect }]) => {
      if (!isIntersecting && boundingClientRect.top > 0) end();
    }, TO_COME);
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
