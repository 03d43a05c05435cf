var v=new CSSStyleSheet;v.replaceSync(`
[part~=form-fields],[part~=thanks]{display:grid;align-content:start;gap:.5em;max-inline-size:40em}
[part~=field]{display:grid;gap:.3em}
label,legend,h3{font-weight:600}
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
[part~=submit]{min-block-size:2.75em;padding:.5em 1.4em;font-weight:600;background:CanvasText;color:Canvas;border-color:CanvasText}
[part~=submit]:hover:not(:disabled){background:color-mix(in srgb,CanvasText 82%,Canvas)}
[part~=submit][aria-disabled]{opacity:.6}
[part~=trap]{position:absolute;inset-inline-start:-200vw}
[part~=dialog]{border:0;padding:0;margin:auto;inline-size:min(38rem,100%);max-inline-size:100%;max-block-size:100%;border-radius:calc(2*var(--round));background:Canvas;color:CanvasText;overflow:auto;overscroll-behavior:contain}
[part~=dialog]::backdrop{background:#000a}
[part~=dialog]>:not([part~=dialog-bar]){padding:0 1.25em 1.5em}
[part~=dialog-bar]{position:sticky;inset-block-start:0;z-index:1;display:flex;justify-content:space-between;align-items:center;gap:1em;padding:.75em .75em .75em 1.25em;background:Canvas}
[part~=dialog-bar] h2{font-weight:600;font-size:1.125em}
[part~=close]{inline-size:2.75em;block-size:2.75em;padding:0;border-color:transparent;font-size:1.1em}
@media(max-width:36rem){[part~=dialog]{inline-size:100%;block-size:100%;border-radius:0}}
@media(forced-colors:active){[part~=stars-input] [data-on] svg{fill:Highlight;forced-color-adjust:none}}
`);var T=new CSSStyleSheet;T.replaceSync(":host{display:inline}section{position:absolute}");var z=new CSSStyleSheet;z.replaceSync(`
[part~=questions]{min-block-size:var(--review-questions-reserve,14rem)}
[part~=questions-head]{display:flex;flex-wrap:wrap;gap:.6em 1.5em;align-items:center;justify-content:space-between;margin-block-end:.8em}
[part~=questions-title]{font-weight:600;font-size:1.125em}
[part~=tools]{margin-block-end:.6em}
input[type=search]{inline-size:min(24em,100%)}
[part~=status]:empty{display:none}
[part~=question]{display:grid;gap:.35em;justify-items:start;padding-block:1.1em;border-block-start:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 10em}
[part~=question-body]{font-weight:600;max-inline-size:68ch}
[part~=answers]{display:grid;gap:.6em;inline-size:100%;margin-block-start:.4em}
[part~=answer]{display:grid;gap:.3em;justify-items:start;padding:.7em .9em;border-radius:var(--round);background:var(--soft);max-inline-size:70ch}
[part~=vote]{font-size:.875em;min-block-size:2em;padding:.15em .8em}
`);import{button as k,drawDay as B,fill as D,h as n,liveOf as E,send as H,sharedSheet as M,starSheet as O}from"./shared-JLPCFEMD.js";var A=4;async function R(r,t){let{key:i,language:o,load:c,get:d}=t,[{words:e},a]=await Promise.all([c(`forms-${o[1]}`),d(`products/${i}/questions.json`)]);if(a>0&&a!==404)throw new Error(a);let{count:m=0,questions:l=[],next:x=null}=a,f=n("section",{part:"questions",ariaLabel:e.questions}),S=[],C=n("div",{part:"question-list"}),h=n("p",{part:"status",role:"status"}),g=k({part:"more",hidden:x===null},e.moreQuestions),y=n("input",{type:"search",part:"search",ariaLabel:e.search,placeholder:e.search}),w=x,q=s=>{let p=s.map(u=>[I(u,{...t,mine:e}),N(u,o[0])]);return S.push(...p),C.append(...p.map(([u])=>u)),p},$=()=>{let s=y.value.toLocaleLowerCase(o[0]).split(/\s+/).filter(Boolean),p=0;for(let[b,P]of S)b.hidden=!s.every(Q=>P.includes(Q)),p+=!b.hidden;let u=b=>b.toLocaleString(o[0]);h.textContent=s.length?p?D(e.foundQuestions,u(p)):e.noneFound:""};y.oninput=$,g.onclick=async()=>{g.disabled=!0;try{let[s,...p]=await j();$(),(s||p[0])?.[0].focus()}catch{h.textContent=t.words.failed}g.disabled=!1};async function j(){let s=await d(`products/${i}/questions-${w}.json`);if(typeof s=="number")throw new Error(s);return w=s.next,g.hidden=w===null,q(s.questions)}return f.append(n("div",{part:"questions-head"},n("h2",{part:"questions-title"},e.questions,m?` (${m.toLocaleString(o[0])})`:""),F(f,{...t,mine:e})),m?n("div",{part:"tools",hidden:l.length<A},y):n("p",{part:"empty"},e.noQuestions),h,C,g),q(l),[f,O,M,v,z]}function F(r,t){let i,o=k({part:"ask",ariaHasPopup:"dialog"},t.mine.ask);return o.onclick=async()=>{try{i??=(await t.load("ask")).askDialog(t),i.isConnected||r.append(i),i.showModal()}catch{o.textContent=t.words.failed}},o}function I(r,t){let{mine:i,language:o}=t,c=(e,a)=>n("p",{part:"meta"},a,a&&" · ",n("bdi",{part:"author"},e.author)," · ",B(e.date,o[0])),d=r.answers.map(e=>n("div",{part:"answer"},c(e,e.by==="shop"?i.byShop:i.byBuyer),n("p",{part:"body",dir:"auto"},e.body),L("answers",e,t)));return n("article",{part:"question",tabIndex:-1},n("h3",{part:"question-body",dir:"auto"},r.body),c(r,""),L("questions",r,t),d.length?n("div",{part:"answers"},...d):n("p",{part:"note"},i.unanswered))}function L(r,{id:t,votes:i,body:o},{folder:c,mine:d,language:e}){let a=k({part:"vote",ariaPressed:!1}),m=l=>{a.textContent=l?`${d.helpful} (${l.toLocaleString(e[0])})`:d.helpful,a.ariaLabel=`${a.textContent}: ${o.slice(0,80)}`};return m(i),a.onclick=async()=>{let l=a.ariaPressed!=="true";a.ariaPressed=l;try{m((await H(`${E(c)}${r}/${t}/helpful`,{helpful:l})).helpful)}catch{a.ariaPressed=!l}},a}var N=({body:r,answers:t},i)=>[r,...t.map(o=>o.body)].join(`
`).toLocaleLowerCase(i);export{R as draw};
