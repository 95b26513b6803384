/* The sign-in page takes the colours chosen inside, or the system's, also when those change. */
(() => {
  let chosen = "system";
  try {
    chosen = localStorage.getItem("theme") || "system";
  } catch {
    /* no storage: the system's */
  }
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const dark = chosen === "dark" || (chosen !== "light" && darkness.matches);
    const root = document.documentElement;
    root.classList.toggle("dark", dark);
    root.classList.toggle("light", !dark);
    root.style.colorScheme = dark ? "dark" : "light";
  };
  paint();
  darkness.addEventListener("change", paint);
})();
