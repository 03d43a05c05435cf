/** What several tags use: asked for once, beside the first of them that is near. */
export { choiceOf, isNarrowed, NONE, ORDERS } from "./choice.js";
export { adopt, button, clone, drawDay, fill, h } from "./dom.js";
export { ask, json, liveOf, send } from "./live.js";
export { altOf, drawMedia, drawPicture, drawThumb, mediaOf, sourcesOf, stripOf } from "./media.js";
export { drawRating, drawReview } from "./review.js";
export { sharedSheet } from "./shared-style.js";
export { drawStars, starSheet } from "./stars.js";
export { describe, drawAggregate, drawLinks, drawSummary } from "./summary-block.js";
