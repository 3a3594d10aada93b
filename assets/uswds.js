// The behaviours of the U.S. Web Design System that CityCall's templates use, in one plain script.

import accordion from "@uswds/uswds/js/usa-accordion";
import characterCount from "@uswds/uswds/js/usa-character-count";
import comboBox from "@uswds/uswds/js/usa-combo-box";

const behaviours = [accordion, characterCount, comboBox];

function showKeptCounts(root) {
  for (const field of root.querySelectorAll(".usa-character-count__field")) {
    characterCount.updateCountMessage(field);
  }
}

function start() {
  for (const behaviour of behaviours) behaviour.on(document.body);
  showKeptCounts(document);
}

// Content that HTMX put into the page has new fields, which need preparing again.
document.addEventListener("htmx:after:swap", () => {
  for (const behaviour of behaviours) behaviour.init(document.body);
  showKeptCounts(document);
});

start();
