// Sets the chosen appearance before the first paint; a classic script on purpose.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be closed (private mode): the system's choice stands.
  }
})();
