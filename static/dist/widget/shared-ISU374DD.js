var E=new Map,P=["newest","helpful","highest","lowest","oldest"],R={stars:[],media:"",attribute:"",language:"",q:"",sort:P[0]};function M(t){if(!E.has(t)){let e=[],r={value:R,set(a){r.value={...r.value,...a};for(let[n,i]of e)n.isConnected&&i(r.value)},watch:(a,n)=>e.push([a,n])};E.set(t,r)}return E.get(t)}var et=({stars:t,media:e,attribute:r,language:a,q:n})=>t.length>0||[e,r,a,n].some(Boolean);function o(t,e,...r){let a=document.createElement(t);for(let[n,i]of Object.entries(e||{}))i!=null&&(n in a?a[n]=i:a.setAttribute(n,i));return a.append(...r.filter(n=>n||n===0)),a}var f=(t,...e)=>o("button",{type:"button",...t},...e),b=(t,e,r)=>t.replace(/[%#]/g,a=>a==="%"?e:r);function z(t,e){return D[e]??=new Intl.DateTimeFormat(e,{dateStyle:"long",timeZone:"UTC"}),o("time",{dateTime:t},D[e].format(new Date(t)))}var D={};function rt(t,e){let r=t.getRootNode();r.adoptedStyleSheets.includes(e)||(r.adoptedStyleSheets=[...r.adoptedStyleSheets,e])}var O=new Map,at=t=>t.replace("/p/v1/","/w/v1/");function ot(t){if(!O.has(t)){let e=I(t,{});O.set(t,e),e.catch(()=>O.delete(t))}return O.get(t)}var nt=(t,e)=>I(t,{method:"POST",headers:{"Content-Type":"application/json"},body:W(e)});async function I(t,e){let r=AbortSignal.timeout(15e3),a=await fetch(t,{credentials:"omit",signal:r,...e});if(a.ok)return a.status===204?null:a.json();if(a.status!==404||e.method)throw new Error(a.status);return null}var W=t=>`{${Object.entries(t).map(([e,r])=>`${q(e)}:${typeof r=="string"?q(r):r}`).join(",")}}`,q=t=>`"${t.replace(/["\\\p{Cc}]/gu,it)}"`,it=t=>`\\u${t.charCodeAt().toString(16).padStart(4,"0")}`;var B=["image/avif","image/webp"];function _(t,e,{sizes:r,...a}){let n=c=>c.map(({src:h,width:S})=>`${e}${h} ${S}w`).join(", "),i=c=>t.filter(h=>h.type===c),l=t.filter(({type:c})=>!B.includes(c)),d=o("img",{decoding:"async",...a}),g=o("picture",{});for(let c of B)i(c).length&&g.append(o("source",{type:c,sizes:r,srcset:n(i(c))}));return g.append(d),l.length&&Object.assign(d,{sizes:r,srcset:n(l)}),d.src=e+(l[0]||t[0]).src,g}var st=t=>[...(t.videos||[]).map(e=>({...e,kind:"video"})),...(t.photos||[]).map(e=>({...e,kind:"photo"}))].map(e=>({...e,of:t,author:t.author})).filter(e=>$(e).length),pt=t=>t.media.map(e=>({kind:"photo",...e})).filter(e=>$(e).length),$=t=>(t.kind==="video"?t.poster:t.sources)||[],F=({kind:t,author:e},r)=>b(r[t==="video"?"video":"photo"],e||r.customer);function G(t,{words:e,folder:r},a,n){let i=_($(t),r,{alt:F(t,e),loading:"lazy",sizes:`${a}px`,width:a,height:a});i.lastChild.style.backgroundColor=t.color;let l=t.kind==="video",d=l&&!t.sources.length;return f({part:"photo",onclick:n},i,l&&o("span",{part:"play"},d?e.preparing:lt(t.duration)))}var lt=t=>`${Math.floor(t/60)}:${String(Math.round(t%60)).padStart(2,"0")}`;function dt(t,e,r){let a=t.map((n,i)=>G(n,e,90,()=>r(t,i)));return a.length?o("div",{part:"photos"},...a):null}var N=(t,e,r)=>{let a=document.createElementNS("http://www.w3.org/2000/svg",t);return a.setAttribute(e,r),a},T=N("svg","viewBox","0 0 80 16"),U=N("path","d",`M8 1${"l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5zm16 0".repeat(5)}`),Y=N("svg","height",16);T.setAttribute("part","star-row");T.append(U.cloneNode(),Y);Y.append(U);function k(t){let e=T.cloneNode(!0);return e.lastChild.setAttribute("width",16*t),e}var Z=new CSSStyleSheet;Z.replaceSync("a{color:inherit;text-decoration:none}svg[part]{height:1em;vertical-align:-.15em;fill:none;stroke:currentColor}svg svg{color:var(--review-star-color,#b87503);fill:currentColor}svg[part]:dir(rtl){scale:-1 1}");function C(t,e,[r,,a,[n,i,l]]){let d=e?a(t):t.toLocaleString(r);return[d,`${d} ${n}`,`${e?.toLocaleString(r)} ${e===1?i:l}`]}function H({average:t,count:e},r){let[a,n,i]=C(t,e,r);return o("p",{part:"summary-text",role:"img",ariaLabel:`${n}, ${i}`},o("span",{part:"average"},a),k(t),o("span",{part:"count"},i))}function ct(t,{product:e,words:r,language:a},n){let i=M(e),l=[],d=s=>{for(let[p,m]of l)p.ariaPressed=m(s)},g=(s,p,m)=>(s.onclick=()=>{i.set(m(i.value)),n()},l.push([s,p]),s),c=(s,p,m,x,y)=>{let u=o("span",{part:"bar"},o("span",{part:"bar-fill"}));u.firstChild.style.inlineSize=`${100*p/m}%`;let w=[o("span",{},s),u,o("span",{part:"bar-count"},p.toLocaleString(a[0]))];if(!n)return o("div",{part:"bar-row"},...w);let v=f({part:"bar-row",ariaPressed:!1,disabled:!p},...w);return g(v,x,y)},h=(s,...p)=>o("div",{part:"bars",role:"group",ariaLabel:s},...p),{histogram:S}=t.summary,V=Math.max(1,...Object.values(S)),X=[5,4,3,2,1].map(s=>c(b(r.star[s===1?0:1],s.toLocaleString(a[0])),S[s],V,p=>p.stars.includes(s),({stars:p})=>({stars:p.includes(s)?p.filter(m=>m!==s):[...p,s].sort()}))),tt=(t.attributes||[]).map(({id:s,label:p,choices:m,counts:x})=>{let y=Math.max(1,...Object.values(x)),u=m.map(w=>{let v=`${s}:${w.value}`;return c(w.label,x[w.value],y,j=>j.attribute===v,j=>({attribute:j.attribute===v?"":v}))});return h(p,o("p",{part:"bars-title",dir:"auto"},p),...u)}),L=(t.topics||[]).map(({word:s,count:p})=>{let m=[o("bdi",{},s),` ${p.toLocaleString(a[0])}`];if(!n)return o("span",{part:"topic"},...m);let x=f({part:"topic",ariaPressed:!1},...m),y=({q:u})=>u===s;return g(x,y,u=>({q:y(u)?"":s}))}),A=o("div",{part:"summary"},H(t.summary,a),h(r.stars,...X),...tt,L.length&&o("p",{part:"topics"},`${r.topics} `,...L));return i.watch(A,d),d(i.value),A}var mt=({folder:t,words:e},r)=>o("p",{part:"links"},o("a",{href:r},e.all),o("a",{href:`${t}policy.html`},e.policy));var ut=700;function K(t,e){let r=o("span",{part:"rating",role:"img",ariaLabel:C(t,0,e)[1]});return r.append(k(t)),r}function ft(t,e,r,a){let{words:n,language:i}=e,l={lang:t.language,dir:"auto"},{reply:d}=t;return o("article",{part:"review",tabIndex:-1,"data-id":t.id},o("div",{part:"by"},o("bdi",{part:"author"},t.author),o("span",{part:"meta"},z(t.date,i[0]),t.edited&&` (${n.edited})`),...bt(t,n)),o("div",{part:"said"},o("p",{part:"review-head"},K(t.rating,i),t.title&&o("strong",{part:"title",...l},t.title)),...J(t.body,l,e),t.redacted&&o("p",{part:"note"},n.redacted),r,d&&o("div",{part:"reply"},o("p",{part:"meta"},o("strong",{},n.reply)," · ",z(d.date,i[0])),...J(d.body,{dir:"auto"},e)),a))}function bt(t,e){let{imported_from:r}=t;return[t.verified&&[e.verified,e.verifiedWhy],t.staff&&[e.staff,e.staffWhy],t.incentive&&[t.incentive,e.incentiveWhy],r&&[b(e.imported,r),e.importedWhy]].filter(Boolean).map(([a,n])=>o("details",{part:"label"},o("summary",{dir:"auto"},a),o("p",{part:"why"},n)))}function J(t,e,{words:r,long:a=ut}){let n=o("p",{part:"body",...e},t);if(t.length<a)return[n];let i=f({part:"read-more",ariaExpanded:!1},r.readMore);return n.dataset.folded="",i.onclick=()=>{let l=n.toggleAttribute("data-folded");i.ariaExpanded=!l,i.textContent=l?r.readMore:r.readLess},[n,i]}var Q=new CSSStyleSheet;Q.replaceSync(`
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
[part=bars]{flex:1 1 15em;max-inline-size:24em;display:grid;gap:2px}
[part=bars-title]{font-weight:600;padding-inline:.4em}
[part=bar-row]{display:grid;grid-template-columns:minmax(5em,max-content) 1fr minmax(2em,auto);gap:.6em;align-items:center;inline-size:100%;padding:.1em .4em;border:1px solid transparent;text-align:start;min-block-size:1.75em;border-radius:var(--round)}
[part=bar-row][aria-pressed=true]{border-color:currentColor}
[part=bar]{block-size:.55em;border-radius:1em;background:var(--soft);border:1px solid var(--line);overflow:hidden}
[part=bar-fill]{display:block;block-size:100%;background:var(--gold);forced-color-adjust:none}
[part=bar-count]{text-align:end;font-variant-numeric:tabular-nums}
[part=topics]{flex:1 1 100%;display:flex;flex-wrap:wrap;gap:.4em;align-items:center}
[part=topic]{border:1px solid var(--line);border-radius:2em;padding:.1em .8em;min-block-size:2em}
[part=meta],[part=note],[part=links],[part=label]{font-size:.875em}
[part=links]{display:flex;flex-wrap:wrap;gap:.4em 1.5em;margin-block-start:1em}
[part=review]{display:grid;gap:.5em 2em;padding:1.25em 3px;margin-inline:-3px}
[part=by]{display:flex;flex-wrap:wrap;gap:.1em .7em;align-items:baseline;align-content:start}
[part=author]{font-weight:600}
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
[part=photo]{padding:0;flex:none;inline-size:90px;block-size:90px;overflow:hidden;position:relative;font-size:.75em;line-height:1.3}
[part=photo] img{display:block;inline-size:100%;block-size:100%;object-fit:cover}
[part=play]{position:absolute;inset:auto 4px 4px;inline-size:fit-content;padding:.1em .5em;border-radius:1em;background:#000c;color:#fff;text-align:start}
[part=play]::before{content:"▶︎ ";content:"▶︎ "/""}
@container(min-width:42em){
[part=review]{grid-template-columns:11em 1fr}
[part=by]{display:block}
[part=by]>*{display:block;inline-size:auto}
}
`);export{R as NONE,P as ORDERS,rt as adopt,F as altOf,ot as ask,f as button,M as choiceOf,C as describe,H as drawAggregate,z as drawDay,mt as drawLinks,dt as drawMedia,_ as drawPicture,K as drawRating,ft as drawReview,k as drawStars,ct as drawSummary,G as drawThumb,b as fill,o as h,et as isNarrowed,W as json,at as liveOf,st as mediaOf,nt as send,Q as sharedSheet,$ as sourcesOf,Z as starSheet,pt as stripOf};
