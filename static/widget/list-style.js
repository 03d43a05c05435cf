/** How the list looks: the shop's font and colours, our structure. */
export const listSheet = new CSSStyleSheet();
listSheet.replaceSync(`
:host{display:block}
*{box-sizing:border-box}
[hidden]{display:none!important}
section{--line:var(--review-line,color-mix(in srgb,currentColor 22%,transparent));--soft:var(--review-surface,color-mix(in srgb,currentColor 6%,transparent));--round:var(--review-radius,6px);min-block-size:var(--review-list-reserve,22rem);line-height:1.5;text-align:start;overflow-wrap:anywhere}
p,ul{margin:0;padding:0}
button,select{font:inherit;color:inherit;background:none;border:1px solid var(--line);border-radius:var(--round);padding:.35em .8em;min-block-size:2.25em;cursor:pointer}
select{background:Canvas;color:CanvasText}
button:disabled{cursor:default}
button:focus-visible,select:focus-visible,a:focus-visible{outline:2px solid;outline-offset:2px}
button[aria-pressed=true]{background:var(--soft);border-color:currentColor}
a{color:inherit}
[part=summary]{display:flex;flex-wrap:wrap;gap:1em 2.5em;align-items:center;margin-block-end:1em}
[part=summary-text]{display:grid;grid-template-columns:auto auto;gap:0 .75em;align-items:center}
[part=average]{grid-row:span 2;font-size:2.75em;line-height:1.1;font-variant-numeric:tabular-nums}
[part=summary-text] [part=star-row]{font-size:1.25em}
[part=bars]{flex:1 1 16em;max-inline-size:26em;display:grid;gap:2px}
[part=bar-row]{display:grid;grid-template-columns:5em 1fr minmax(2em,auto);gap:.6em;align-items:center;inline-size:100%;padding:.1em .4em;border-color:transparent;text-align:start;min-block-size:1.75em}
[part=bar]{block-size:.55em;border-radius:1em;background:var(--soft);border:1px solid var(--line);overflow:hidden}
[part=bar-fill]{display:block;block-size:100%;background:var(--review-star-color,#b87503)}
[part=bar-count]{text-align:end;font-variant-numeric:tabular-nums}
[part=tools]{display:flex;flex-wrap:wrap;gap:.6em;align-items:center;margin-block:.8em}
[part=status],[part=meta],[part=note],[part=links],[part=labels]{font-size:.875em}
[part=reviews]{margin-block:.5em}
[part=review]{padding-block:1.1em;border-block-start:1px solid var(--line);display:grid;gap:.35em}
[part=review-head]{display:flex;flex-wrap:wrap;align-items:center;gap:.3em .7em}
[part=list] [part=star-row]{margin:0;flex:none}
[part=review-head] span{display:inline-flex}
[part=labels]{display:flex;flex-wrap:wrap;gap:.4em;list-style:none}
[part=label]{border:1px solid var(--line);border-radius:var(--round);padding:0 .5em}
[part=body]{white-space:pre-line;max-inline-size:68ch}
[part=reply]{background:var(--soft);border-radius:var(--round);padding:.7em .9em;margin-block-start:.4em;display:grid;gap:.3em}
[part=photos]{display:flex;gap:.5em;overflow-x:auto;padding:3px;min-block-size:96px}
[part=photo]{padding:0;flex:none;inline-size:90px;block-size:90px;overflow:hidden}
[part=photo] img{display:block;inline-size:88px;block-size:88px;object-fit:cover}
[part=links]{display:flex;flex-wrap:wrap;gap:.4em 1.5em;margin-block-start:1em}
[part=lightbox]{border:0;padding:.75em;border-radius:var(--round);max-inline-size:96vw;max-block-size:96vh;background:Canvas;color:CanvasText}
[part=lightbox]::backdrop{background:#000b}
[part=photo-large]{display:block;max-inline-size:100%;max-block-size:80vh;inline-size:auto;block-size:auto;object-fit:contain}
[part=lightbox-bar]{display:flex;justify-content:center;gap:.75em;padding-block-start:.75em}
[part=lightbox-bar] button{min-inline-size:2.75em;min-block-size:2.75em}
`);
