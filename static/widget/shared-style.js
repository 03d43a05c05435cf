/** How all tags look: the shop's font and colours, our structure. */
export const sharedSheet = new CSSStyleSheet();
sharedSheet.replaceSync(`
:host{display:block}
:host([hidden]){display:none}
*{box-sizing:border-box}
[hidden]{display:none!important}
section{--line:var(--review-line,color-mix(in srgb,currentColor 22%,transparent));--soft:var(--review-surface,color-mix(in srgb,currentColor 6%,transparent));--round:var(--review-radius,6px);--gold:var(--review-star-color,#b87503);line-height:1.5;text-align:start;overflow-wrap:anywhere;container-type:inline-size}
p,ul,ol,h2,h3{margin:0;padding:0;font:inherit}
a{color:inherit;text-underline-offset:.2em;text-decoration:underline}
button,select,input,textarea{font:inherit;color:inherit;background:none;border:1px solid var(--line);border-radius:var(--round);padding:.35em .8em;min-block-size:2.4em;max-inline-size:100%}
button,select,summary{cursor:pointer}
option{background:Canvas;color:CanvasText}
button:hover:not(:disabled){background:var(--soft)}
button:disabled{cursor:default}
:focus-visible{outline:2px solid;outline-offset:2px}
[aria-pressed=true]{background:var(--soft);border-color:currentColor}
::placeholder{color:inherit;opacity:.8}
[part=star-row]{flex:none}
[part=summary]{display:flex;flex-wrap:wrap;gap:1.25em 2.5em;align-items:flex-start;margin-block-end:1em}
[part=summary-text]{display:grid;grid-template-columns:auto auto;gap:0 .75em;align-items:center}
[part=average]{grid-row:span 2;font-size:2.75em;line-height:1.1;font-variant-numeric:tabular-nums}
[part=summary-text] [part=star-row]{font-size:1.25em}
[part=bars]{flex:1 1 15em;max-inline-size:24em;display:grid;grid-template-columns:minmax(5em,auto) 1fr auto;gap:2px .6em}
[part=bars-title]{grid-column:1/-1;justify-self:start;font-weight:700;padding-inline:.4em}
[part=bar-row]{grid-column:1/-1;display:grid;grid-template-columns:minmax(5em,auto) 1fr minmax(2em,auto);grid-template-columns:subgrid;gap:.6em;align-items:center;inline-size:100%;padding:.1em .4em;border:1px solid transparent;text-align:start;min-block-size:1.75em;border-radius:var(--round)}
[part=bar-row][aria-pressed=true]{border-color:currentColor}
[part=bar-row]>:first-child,[part=count],[part=status]{justify-self:start;inline-size:fit-content;max-inline-size:100%;unicode-bidi:plaintext}
[part=bar]{block-size:.55em;border-radius:1em;background:var(--soft);border:1px solid var(--line);overflow:hidden}
[part=bar-fill]{display:block;block-size:100%;background:var(--gold);forced-color-adjust:none}
[part=bar-count]{min-inline-size:2em;text-align:end;font-variant-numeric:tabular-nums}
[part=topics]{flex:1 1 100%;display:flex;flex-wrap:wrap;gap:.4em;align-items:center}
[part=topic]{border:1px solid var(--line);border-radius:2em;padding:.1em .8em;min-block-size:2em}
[part=meta],[part=note],[part=links],[part=label]{font-size:.875em}
[part=links]{display:flex;flex-wrap:wrap;gap:.4em 1.5em;margin-block-start:1em}
[part=review]{display:grid;gap:.5em 2em;padding:1.25em 3px;margin-inline:-3px}
[part=by]{display:flex;flex-wrap:wrap;gap:.1em .7em;align-items:baseline;align-content:start}
[part=author]{font-weight:700}
[part=said]{display:grid;gap:.5em;min-inline-size:0;justify-items:start}
[part=review-head]{display:flex;flex-wrap:wrap;align-items:center;gap:.2em .6em}
[part=rating]{display:inline-flex}
[part=label] summary{inline-size:fit-content;list-style:none;border-block-end:1px dotted}
[part=label] summary::-webkit-details-marker{display:none}
[part=label][open]{inline-size:100%}
[part=why]{padding-block:.3em;max-inline-size:44ch}
[part=body]{white-space:pre-line;max-inline-size:68ch}
[data-folded]{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:7;overflow:hidden}
[part=read-more]{border:0;padding:0;text-decoration:underline;text-underline-offset:.2em}
[part=reply]{background:var(--soft);border-radius:var(--round);padding:.7em .9em;display:grid;gap:.3em;inline-size:100%;max-inline-size:70ch;justify-items:start}
[part=photos]{display:flex;gap:.5em;overflow-x:auto;padding:3px;margin:-3px;min-block-size:96px;max-inline-size:100%}
[part=photo]{padding:0;flex:none;inline-size:90px;block-size:90px;overflow:hidden;position:relative;font-size:.875em;line-height:1.3}
[part=photo] img{display:block;inline-size:100%;block-size:100%;object-fit:cover}
[part=play]{position:absolute;inset:auto 4px 4px;inline-size:fit-content;padding:.1em .5em;border-radius:1em;background:#000c;color:#fff;text-align:start}
[part=play]::before{content:"▶︎ ";content:"▶︎ "/""}
@container(min-width:42em){
[part=review]{grid-template-columns:11em 1fr}
[part=by]{display:block}
[part=by]>*{display:block;inline-size:auto}
}
`);
