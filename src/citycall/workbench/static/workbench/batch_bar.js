// Ticks a whole page of the list at once, and says how many rows are picked.

(() => {
  "use strict";

  const bar = document.querySelector("[data-batch-bar]");
  const form = bar?.closest("form");
  if (!form) return;
  const whole = bar.querySelector("[data-batch-page]");
  const all = bar.querySelector("[data-batch-all]");
  const said = bar.querySelector("[data-batch-count]");
  const rows = () => [...form.querySelectorAll("input[name=pick]")];

  whole.hidden = false;
  whole.querySelector("input").addEventListener("change", (event) => {
    for (const row of rows()) row.checked = event.target.checked;
    say();
  });
  form.addEventListener("change", say);

  function say() {
    const n = rows().filter((row) => row.checked).length;
    if (all.checked) said.textContent = "";
    else said.textContent = n === 0 ? bar.dataset.none : bar.dataset.some.replace("{n}", n);
  }
})();
