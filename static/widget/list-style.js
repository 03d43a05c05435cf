/** The list's own looks. */
export const listSheet = new CSSStyleSheet();
listSheet.replaceSync(`
section{min-block-size:var(--review-list-reserve,22rem)}
[part=tools]{display:flex;flex-wrap:wrap;gap:.6em;align-items:center;margin-block:1em .8em}
[part=search]{display:flex;flex:1 1 18em;gap:.4em;min-inline-size:0}
[part=search] input{flex:1 1 6em;min-inline-size:0}
[part=status],[part=actions]{font-size:.875em}
[part=review]{border-block-start:1px solid var(--line)}
[data-below]{content-visibility:auto;contain-intrinsic-size:auto 11em}
[part=reviews]{margin-block:.6em}
[part=actions]{display:flex;flex-wrap:wrap;gap:.5em;align-items:center}
[part=report]{border-color:transparent;text-decoration:underline;text-underline-offset:.2em}
`);
