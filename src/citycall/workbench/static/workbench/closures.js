// Each completion can be gone to with the arrow keys and decided upon by one key, while in focus.

(() => {
  "use strict";

  const rows = [...document.querySelectorAll("[data-row]")];

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
    const row = event.target.closest?.("[data-row]");
    if (!row) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
      return;
    }
    const form = row.querySelector(`form[data-row-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!form) return;
    event.preventDefault();
    const details = form.closest("details");
    if (!details) {
      form.requestSubmit();
      return;
    }
    // The reason stands there already and can be changed: what others read is not sent unseen.
    details.open = true;
    form.querySelector("textarea").focus();
  });

  if (document.querySelector(".usa-alert--success") && rows[0]) rows[0].focus();
})();
