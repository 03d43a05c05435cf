/** When a tag may take the place of what the shop's server included, so that nobody sees it move. */

/** Resolves while the element is below the view; else with the next press, whose answer it then is. */
export const unseen = (element) =>
  new Promise((resolve) => {
    const watch = new IntersectionObserver(([{ isIntersecting, boundingClientRect }]) => {
      if (!isIntersecting && boundingClientRect.top > 0) end();
    });
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
