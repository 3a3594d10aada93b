// Shows further questions and warnings as soon as an answer calls for them. The server decides
// again when the form is sent; without this script it asks the further questions then.
// A page that brings questions later says so by an event "questions" on their root.

function answersTo(root, code) {
  const name = `answers.${code}`;
  const given = [];
  for (const field of root.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (field.disabled) continue;
    if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
    if (field.value.trim()) given.push(field.value.trim());
  }
  return given;
}

function same(given, value) {
  if (given === value) return true;
  return value !== "" && given !== "" && Number(given) === Number(value);
}

function holds(root, { question, values, answered }) {
  const given = answersTo(root, question);
  if (answered !== null) return answered === given.length > 0;
  return given.some((one) => values.some((value) => same(one, value)));
}

function showStop(root, question) {
  const given = answersTo(root, question.dataset.question);
  const called = [...question.querySelectorAll("template[data-stop]")].find((stop) =>
    JSON.parse(stop.dataset.stop).some((key) => given.includes(key)),
  );
  const place = question.querySelector("[data-stop-place]");
  if (place.shown === called) return;
  place.shown = called;
  place.replaceChildren(...(called ? [called.content.cloneNode(true)] : []));
}

function update(root) {
  // In their order, so that a question which is hidden now hides those that depend on it.
  for (const question of root.querySelectorAll("[data-question]")) {
    const shown = JSON.parse(question.dataset.onlyIf).every((condition) => holds(root, condition));
    question.hidden = !shown;
    for (const field of question.querySelectorAll("input, select, textarea")) {
      field.disabled = !shown;
    }
    showStop(root, question);
  }
}

function start(root) {
  for (const waiting of root.querySelectorAll("template[data-question-waiting]")) {
    waiting.replaceWith(waiting.content);
  }
  for (const question of root.querySelectorAll("[data-question]")) {
    const place = document.createElement("div");
    place.dataset.stopPlace = "";
    place.setAttribute("role", "alert");
    question.append(place);
  }
  root.addEventListener("input", () => update(root));
  root.addEventListener("change", () => update(root));
  update(root);
}

for (const root of document.querySelectorAll("[data-questions]")) start(root);
document.addEventListener("questions", (event) => start(event.target));
