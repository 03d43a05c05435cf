/** The gallery's own looks. */
export const gallerySheet = new CSSStyleSheet();
gallerySheet.replaceSync(`
section{min-block-size:var(--review-gallery-reserve,0)}
[part=grid]{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(8.5em,30%),1fr));gap:.5em}
[part=grid] [part=photo]{inline-size:100%;block-size:auto;aspect-ratio:1}
[part=stories]{display:flex;gap:.6em;overflow-x:auto;padding:3px;margin:-3px -3px .8em;scroll-snap-type:x proximity}
[part=stories] [part=photo]{inline-size:9em;block-size:auto;aspect-ratio:9/16;scroll-snap-align:start;border-radius:calc(var(--round)*2)}
[part=more]{margin-block-start:.8em}
`);
