/** How questions look. */
export const questionsSheet = new CSSStyleSheet();
questionsSheet.replaceSync(`
[part~=questions]{min-block-size:var(--review-questions-reserve,14rem)}
[part~=questions-head]{display:flex;flex-wrap:wrap;gap:.6em 1.5em;align-items:center;justify-content:space-between;margin-block-end:.8em}
[part~=questions-title]{font-weight:700;font-size:1.125em}
[part~=tools]{margin-block-end:.6em}
input[type=search]{inline-size:min(24em,100%)}
[part~=status]:empty{display:none}
[part~=question]{display:grid;gap:.35em;justify-items:start;padding-block:1.1em;border-block-start:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 10em}
[part~=question-body]{font-weight:700;max-inline-size:68ch}
[part~=answers]{display:grid;gap:.6em;inline-size:100%;margin-block-start:.4em}
[part~=answer]{display:grid;gap:.3em;justify-items:start;padding:.7em .9em;border-radius:var(--round);background:var(--soft);max-inline-size:70ch}
[part~=vote]{font-size:.875em;min-block-size:2em;padding:.15em .8em}
`);
