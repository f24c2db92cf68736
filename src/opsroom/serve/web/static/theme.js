// Before the first paint: the theme that was chosen here, so that nothing flashes.
try {
  const chosen = localStorage.getItem("opsroom.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is closed to us: the system's theme it is.
}
