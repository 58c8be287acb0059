// Before the first paint: dark or light as chosen here, else as the system says.
(() => {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("tingjian-theme");
    document.documentElement.setAttribute("data-bs-theme", chosen || (media.matches ? "dark" : "light"));
  };
  media.addEventListener("change", apply);
  apply();
})();
