// A bundle that is being made: looked for every second, and the page comes anew once it is there.
const PAUSE = 1000;
const MOST_PAUSE = 15000;

const look = async (pause) => {
  const again = () => setTimeout(look, pause, Math.min(MOST_PAUSE, pause * 1.3));
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const state = told.querySelector("[data-export]")?.dataset.export;
    if (answer.ok && state !== "waiting") location.reload();
    else again();
  } catch {
    again();
  }
};

setTimeout(look, PAUSE, PAUSE);
