//# allFunctionsCalledOnLoad
var e=new CSSStyleSheet;e.replaceSync(`
[part~=badge]{display:grid;gap:.25em;justify-items:start;min-block-size:var(--review-badge-reserve,8.5em)}
[part~=badge-title]{font-weight:700}
[part~=summary-text]{margin:0}
[part~=average]{font-size:2em}
[part~=links]{margin-block-start:.25em}
`);import{drawAggregate as g,drawLinks as d,h as s,sharedSheet as l,starSheet as p}from"./shared-JAGR67OL.js";async function S(c,t){let{language:r,load:n,get:i,folder:m}=t,[{words:a},o]=await Promise.all([n(`forms-${r[1]}`),i("store.json")]);if(!o.count)throw new Error("nothing to show");return[s("section",{part:"badge",ariaLabel:a.store},s("p",{part:"badge-title"},a.store),g(o,r),d(t,`${m}reviews/index.html`)),p,l,e]}export{S as draw};
