//# allFunctionsCalledOnLoad
var w=new CSSStyleSheet;w.replaceSync(`
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
`);var T=new CSSStyleSheet;T.replaceSync(":host{display:inline}section{position:absolute}");var v=new CSSStyleSheet;v.replaceSync(`
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
`);import{button as z,drawDay as B,fill as D,h as a,liveOf as E,send as H,sharedSheet as M,starSheet as O}from"./shared-JAGR67OL.js";var A=4;async function R(s,e){let{key:n,language:t,load:c,get:o}=e,[{words:i},r]=await Promise.all([c(`forms-${t[1]}`),o(`products/${n}/questions.json`)]);if(r>0&&r!==404)throw new Error(r);let{count:m=0,questions:p=[],next:k=null}=r,g=a("section",{part:"questions",ariaLabel:i.questions}),x=[],S=a("div",{part:"question-list"}),f=a("p",{part:"status",role:"status"}),b=z({part:"more",hidden:k===null},i.moreQuestions),h=a("input",{type:"search",part:"search",ariaLabel:i.search,placeholder:i.search}),y=k,C=l=>{let d=l.map(u=>[I(u,{...e,mine:i}),N(u,t[0])]);return x.push(...d),S.append(...d.map(([u])=>u)),d},q=()=>{let l=h.value.toLocaleLowerCase(t[0]).split(/\s+/).filter(Boolean),d=0;for(let[$,P]of x)$.hidden=!l.every(Q=>P.includes(Q)),d+=!$.hidden;let u=t[2];f.textContent=l.length?d?D(i.foundQuestions,u(d)):i.noneFound:""};h.oninput=q,b.onclick=async()=>{b.disabled=!0;try{let[l,...d]=await L();q(),(l||d[0])?.[0].focus()}catch{f.textContent=e.words.failed}b.disabled=!1};async function L(){let l=await o(`products/${n}/questions-${y}.json`);if(typeof l=="number")throw new Error(l);return y=l.next,b.hidden=y===null,C(l.questions)}return g.append(a("div",{part:"questions-head"},a("h2",{part:"questions-title"},i.questions,m?` (${t[2](m)})`:""),F(g,{...e,mine:i})),m?a("div",{part:"tools",hidden:p.length<A},h):a("p",{part:"empty"},i.noQuestions),f,S,b),C(p),[g,O,M,w,v]}function F(s,e){let n,t=z({part:"ask",ariaHasPopup:"dialog"},e.mine.ask);return t.onclick=async()=>{try{n??=(await e.load("ask")).askDialog(e),n.isConnected||s.append(n),n.showModal()}catch{t.textContent=e.words.failed}},t}function I(s,e){let{mine:n}=e,t=(o,i)=>a("p",{part:"meta"},i,i&&" · ",a("bdi",{part:"author"},o.author)," · ",B(o.date,e)),c=s.answers.map(o=>a("div",{part:"answer"},t(o,o.by==="shop"?n.byShop:n.byBuyer),a("p",{part:"body",dir:"auto"},o.body),j("answers",o,e)));return a("article",{part:"question",tabIndex:-1},a("h3",{part:"question-body",dir:"auto"},s.body),t(s,""),j("questions",s,e),c.length?a("div",{part:"answers"},...c):a("p",{part:"note"},n.unanswered))}function j(s,{id:e,votes:n,body:t},{folder:c,mine:o,language:i}){let r=z({part:"vote",ariaPressed:!1}),m=p=>{r.textContent=p?`${o.helpful} (${i[2](p)})`:o.helpful,r.ariaLabel=`${r.textContent}: ${t.slice(0,80)}`};return m(n),r.onclick=async()=>{let p=r.ariaPressed!=="true";r.ariaPressed=p;try{m((await H(`${E(c)}${s}/${e}/helpful`,{helpful:p})).helpful)}catch{r.ariaPressed=!p}},r}var N=({body:s,answers:e},n)=>[s,...e.map(t=>t.body)].join(`
`).toLocaleLowerCase(n);export{R as draw};
