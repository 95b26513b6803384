/* The sign-in page takes the colours chosen inside, or the system's. */
(() => {
  let chosen = "system";
  try {
    chosen = localStorage.getItem("theme") || "system";
  } catch {
    /* no storage: the system's */
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.add(dark ? "dark" : "light");
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
})();
