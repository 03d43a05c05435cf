/** The lightbox's own looks: dark as a cinema, whatever the page's colours are. */
export const lightboxSheet = new CSSStyleSheet();
lightboxSheet.replaceSync(`
[part=lightbox]{--review-star-color:#e8b04b;--line:#fff5;--soft:#fff2;inline-size:100vw;block-size:100dvh;max-inline-size:none;max-block-size:none;border:0;padding:0;background:#121212;color:#f4f4f4;overflow:auto}
[part=lightbox][open]{display:grid;grid-template:auto minmax(50dvh,1fr) auto/1fr}
[part=lightbox-bar]{display:flex;flex-wrap:wrap;gap:.5em;align-items:center;padding:.6em .8em}
[part=lightbox-bar] button{min-inline-size:2.75em;min-block-size:2.75em}
[part=place]{margin-inline-end:auto;font-variant-numeric:tabular-nums}
[part=stage]{display:grid;grid-template:minmax(0,1fr)/minmax(0,1fr);place-items:center;min-block-size:0;min-inline-size:0;padding:0 .8em .8em}
[part=stage] picture{display:contents}
[part=stage] figure{margin:0;display:grid;grid-template:minmax(0,1fr) auto/minmax(0,1fr);gap:.5em;place-items:center;block-size:100%}
[part=large]{display:block;inline-size:auto;block-size:auto;max-inline-size:100%;max-block-size:100%;object-fit:contain;border-radius:var(--round)}
[part=beside]{container-type:inline-size;padding:0 1em 1em;min-block-size:9em}
[part=beside] [part=review]{border:0}
@media(max-width:32em){[part=onwards]{order:1}}
@media(min-width:56em){
[part=lightbox][open]{grid-template:auto minmax(0,1fr)/minmax(0,1fr) 24em}
[part=lightbox-bar]{grid-column:1/-1}
[part=beside]{overflow:auto}
}
`);
