// The words that the design system's scripts say, taken from the page in the reader's language.
// The page carries them as JSON in #citycall-phrases (template tag `phrases`).

const carrier = document.getElementById("citycall-phrases");
const phrases = carrier ? JSON.parse(carrier.textContent) : {};

/** The phrase under `key`, with `%s` replaced by `number`. */
export function phrase(key, number) {
  return (phrases[key] ?? "").replace("%s", new Intl.NumberFormat(document.documentElement.lang || "en").format(number ?? 0));
}

/** How many characters are left, or how many are too many. */
export function countPhrase(length, allowed) {
  if (length > allowed) return phrase("characters_over", length - allowed);
  return phrase("characters_left", allowed - length);
}
