/** The carousel's own looks. */
export const carouselSheet = new CSSStyleSheet();
carouselSheet.replaceSync(`
section{min-block-size:var(--review-carousel-reserve,0);display:grid;grid-template-columns:1fr auto;gap:.4em 1em;align-items:end}
[part=heading]{inline-size:fit-content;font-size:1.35em;font-weight:700;line-height:1.3}
[part=carousel-head] [part=meta]{display:flex;flex-wrap:wrap;gap:.2em 1.2em}
[part=steps]{display:flex;gap:.4em}
[part=steps] button{min-inline-size:2.75em;min-block-size:2.75em;padding:0}
[aria-disabled=true]{opacity:.4;cursor:default}
[part=track]{grid-column:1/-1;list-style:none;display:flex;gap:1em;overflow-x:auto;scroll-snap-type:x mandatory;padding:4px 4px 1em;align-items:stretch}
[part=slide]{flex:none;inline-size:min(21em,86cqi);scroll-snap-align:start;border:1px solid var(--line);border-radius:calc(var(--round)*2);padding:0 1.1em}
[part=slide] [part=review]{grid-template-columns:none;align-content:start}
[part=slide] [part=by]{display:flex;order:1}
[part=product]{font-size:.875em}
`);
