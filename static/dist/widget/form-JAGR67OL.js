//# allFunctionsCalledOnLoad
var l=new CSSStyleSheet;l.replaceSync(`
[part~=form-fields],[part~=thanks]{display:grid;align-content:start;gap:.5em;max-inline-size:40em}
[part~=field]{display:grid;gap:.3em}
label,legend,h3{font-weight:700}
legend{padding:0}
fieldset{border:0;margin:0;padding:0;min-inline-size:0}
[part~=hint],[part~=notes]{font-size:.875em}
[part~=hint]{margin:0}
input:not([type=radio]),textarea{inline-size:100%;min-block-size:2.75em;padding:.5em .7em;border-color:color-mix(in srgb,currentColor 55%,transparent)}
textarea{min-block-size:4.5em;resize:vertical;field-sizing:content}
[part~=row]{display:flex;flex-wrap:wrap;gap:.25em 1em;margin-block-start:.3em}
[part~=choice]{display:flex;align-items:center;gap:.5em;min-block-size:2.75em;font-weight:400;cursor:pointer}
input[type=radio]{inline-size:1.25em;block-size:1.25em;min-block-size:0;margin:0;accent-color:var(--gold)}
[part~=stars-input] [part~=row]{gap:0}
[part~=stars-input] [part~=choice]{position:relative;justify-content:center;inline-size:2.75em}
[part~=stars-input] input{position:absolute;inset:0;inline-size:100%;block-size:100%;opacity:0;cursor:pointer}
[part~=stars-input] span{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[part~=stars-input] svg{fill:none;stroke:currentColor;block-size:1.9em;inline-size:1.9em;stroke-width:.7;pointer-events:none}
[part~=stars-input] [data-on] svg{fill:var(--gold)}
[part~=stars-input] input:focus-visible+svg{outline:2px solid;outline-offset:2px}
[part~=chosen]{flex:1;min-inline-size:7em;min-block-size:1.5em;align-self:center;margin:0 .5em}
[part~=fault]{color:light-dark(#a4262c,#ff9b9b);font-size:.9375em;margin:0;min-block-size:1.5em}
[part~=fault]:not(:empty)::before{content:"⚠︎ "/""}
[aria-invalid=true]:is(input,textarea){border-color:currentColor;border-inline-start-width:4px}
[part~=says]{min-block-size:1.5em}
[part~=about],[part~=notes]{margin-block-end:.5em}
[part~=submit]{min-block-size:2.75em;padding:.5em 1.4em;font-weight:700;background:CanvasText;color:Canvas;border-color:CanvasText}
[part~=submit]:hover:not(:disabled){background:color-mix(in srgb,CanvasText 82%,Canvas)}
[part~=submit][aria-disabled]{opacity:.6}
[part~=trap]{position:absolute;inset-inline-start:-200vw}
[part~=dialog]{border:0;padding:0;margin:auto;inline-size:min(38rem,100%);max-inline-size:100%;max-block-size:100%;border-radius:calc(2*var(--round));background:Canvas;color:CanvasText;overflow:auto;overscroll-behavior:contain}
[part~=dialog]::backdrop{background:#000a}
[part~=dialog]>:not([part~=dialog-bar]){padding:0 1.25em 1.5em}
[part~=dialog-bar]{position:sticky;inset-block-start:0;z-index:1;display:flex;justify-content:space-between;align-items:center;gap:1em;padding:.75em .75em .75em 1.25em;background:Canvas}
[part~=dialog-bar] h2{font-weight:700;font-size:1.125em}
[part~=close]{inline-size:2.75em;block-size:2.75em;padding:0;border-color:transparent;font-size:1.1em}
@media(max-width:36rem){[part~=dialog]{inline-size:100%;block-size:100%;border-radius:0}}
@media(forced-colors:active){[part~=stars-input] [data-on] svg{fill:Highlight;forced-color-adjust:none}}
`);var p=new CSSStyleSheet;p.replaceSync(":host{display:inline}section{position:absolute}");import{button as h,h as c,sharedSheet as z,starSheet as w}from"./shared-JAGR67OL.js";async function v(d,i){let{load:m,language:u}=i,{words:a}=await m(`forms-${u[1]}`),t=c("section",{part:"form",ariaLabel:a.write}),o=[w,z,l],g=()=>m("write"),b=async()=>(await g()).writeForm({...i,mine:a});if(d.hasAttribute("inline"))return t.append(await b()),[t,...o];let n=d.querySelector("a[href]"),r=n||h({part:"open"},a.write),s,f=async()=>{s??=b().then(async e=>(await g()).dialogOf(e,{...i,mine:a}));try{let e=await s;e.isConnected||t.append(e),e.showModal()}catch{s=void 0,n?location.assign(n.href):r.textContent=i.words.failed}};return r.setAttribute("aria-haspopup","dialog"),r.addEventListener("click",e=>{e.ctrlKey||e.metaKey||e.shiftKey||(e.preventDefault(),f())}),n?[c("span",{},c("slot"),t),...o,p]:(t.append(r),[t,...o])}export{v as draw};
