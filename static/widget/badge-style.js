/** How the shop's rating looks. */
export const badgeSheet = new CSSStyleSheet();
badgeSheet.replaceSync(`
[part~=badge]{display:grid;gap:.25em;justify-items:start;min-block-size:var(--review-badge-reserve,8.5em)}
[part~=badge-title]{font-weight:700}
[part~=summary-text]{margin:0}
[part~=average]{font-size:2em}
[part~=links]{margin-block-start:.25em}
`);
