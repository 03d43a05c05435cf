//# allFunctionsCalledOnLoad
function n(e){let r=String.fromCharCode(...new TextEncoder().encode(e));return`~${btoa(r).replace(/\+/g,"-").replace(/\//g,"_").replace(/=/g,"")}`}export{n as encode};
