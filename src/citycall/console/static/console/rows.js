// Lists of which each row can be gone to with the arrow keys, and dealt with by one key.

(() => {
  "use strict";

  function rows() {
    return [...document.querySelectorAll("[data-row]")];
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
    const row = event.target.closest?.("[data-row]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = rows();
      const by = event.key === "ArrowDown" ? 1 : -1;
      const next = row ? all[all.indexOf(row) + by] : all[0];
      if (!next) return;
      event.preventDefault();
      next.querySelector("[data-row-focus]").focus();
      return;
    }
    const form = row?.querySelector(`form[data-row-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
