/** The looks of the dialog that reports a review: the page's text colour on its opposite. */
export const reportSheet = new CSSStyleSheet();
reportSheet.replaceSync(`
[part=dialog]{border:1px solid var(--line);border-radius:calc(var(--round)*2);padding:1.4em;inline-size:min(32em,94vw);max-block-size:94dvh;overflow:auto;background:Canvas;color:CanvasText}
@supports(color:oklch(from red l c h)){[part=dialog]{color:inherit;background:oklch(from currentColor clamp(.2,(.6 - l)*99,.985) calc(c*.2) h)}}
[part=dialog]::backdrop{background:#0009}
form,fieldset{display:grid;gap:.9em}
fieldset{border:0;margin:0;padding:0;gap:.2em}
legend{font-weight:700;font-size:1.1em;padding:0;margin-block-end:.4em}
fieldset label{display:flex;gap:.6em;align-items:center;min-block-size:2em}
input[type=radio]{min-block-size:0;inline-size:1.1em;block-size:1.1em;margin:0;flex:none;accent-color:currentColor}
textarea,input[type=email]{display:block;inline-size:100%;margin-block-start:.3em}
[part=dialog-bar]{display:flex;gap:.6em}
[type=submit]{border-color:currentColor;font-weight:700}
`);
