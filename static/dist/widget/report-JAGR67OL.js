//# allFunctionsCalledOnLoad
var c=new CSSStyleSheet;c.replaceSync(`
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
`);import{adopt as f,button as u,h as e,liveOf as h,send as k}from"./shared-JAGR67OL.js";function C(g,p,{words:t,folder:b}){let m=e("textarea",{name:"note",rows:3,maxLength:2e3}),l=e("input",{name:"email",type:"email",autocomplete:"email",maxLength:254}),o=e("p",{role:"status"}),n=u({onclick:()=>r.close()},t.close),a=e("form",{part:"report-form"},e("fieldset",{},e("legend",{},t.reportTitle),...Object.entries(t.reasons).map(([i,s])=>e("label",{},e("input",{type:"radio",name:"reason",value:i,required:!0}),` ${s}`))),e("label",{},t.note,m),e("label",{},t.email,l),e("p",{part:"dialog-bar"},u({type:"submit"},t.sendReport),n),o),r=e("dialog",{part:"dialog",ariaLabel:t.report,onclose:()=>r.remove()},a);a.onsubmit=async i=>{i.preventDefault();let d={reason:a.querySelector(":checked").value,note:m.value.trim()};l.value&&(d.email=l.value);try{await k(`${h(b)}reviews/${g}/report`,d),a.replaceChildren(o,n),o.textContent=t.reported,n.focus()}catch{o.textContent=t.unsent}},f(p,c),p.append(r),r.showModal()}export{C as ask};
