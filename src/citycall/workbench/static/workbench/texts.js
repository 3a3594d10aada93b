// Puts a text of the agency's into its field as soon as it is chosen.

(() => {
  "use strict";

  for (const block of document.querySelectorAll("[data-texts]")) {
    const choice = block.querySelector("select");
    const field = document.getElementById(block.dataset.texts);
    if (!field) continue;
    block.querySelector("button").hidden = true;
    // What somebody typed is given back when no text is wanted after all.
    let typed = field.value;
    choice.addEventListener("change", () => {
      const texts = [...block.querySelectorAll("[data-text]")];
      const was = texts.find((each) => each.dataset.words === field.value);
      if (!was) typed = field.value;
      const chosen = texts.find((each) => each.dataset.text === choice.value);
      for (const each of texts) each.hidden = each !== chosen;
      field.value = chosen ? chosen.dataset.words : typed;
    });
  }
})();
