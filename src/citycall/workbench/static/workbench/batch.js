// Renews how far a batch has come, and loads the page anew when it has ended.

(() => {
  "use strict";

  const shown = document.querySelector("[data-batch]");
  if (!shown?.querySelector("[data-going-on]")) return;

  async function look() {
    try {
      const answer = await fetch(shown.dataset.batch, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const told = document.createElement("template");
        told.innerHTML = await answer.text();
        // What came of it is told by the whole page, not by one that is about to go.
        if (!told.content.querySelector("[data-going-on]")) {
          location.reload();
          return;
        }
        shown.replaceChildren(told.content);
      }
    } catch {
      // Without a network nothing new is known; the next look may find it again.
    }
    setTimeout(look, 1_000);
  }

  setTimeout(look, 700);
})();
