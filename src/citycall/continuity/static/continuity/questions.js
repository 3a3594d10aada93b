// A service's questions as fields, with what is asked further and what stops the report. The same
// rules as the server's, which looks again when the report is merged.

(() => {
  "use strict";

  const MOST_RADIOS = 8;
  const make = (name, more = {}) => Object.assign(document.createElement(name), more);

  function same(given, value) {
    if (given === value) return true;
    return value !== "" && given !== "" && Number(given) === Number(value);
  }

  globalThis.CityCallQuestions = class {
    // `say` puts a text of the city into the caller's language, `words` are the kit's own.
    constructor(root, { say, words, changed }) {
      Object.assign(this, { root, say, words, changed, questions: [] });
      root.addEventListener("input", () => this.update());
      root.addEventListener("change", () => this.update());
    }

    show(service, answers = {}) {
      this.questions = service?.questions ?? [];
      this.root.replaceChildren(...this.questions.map((question) => this.block(question, answers)));
      this.update();
    }

    block(question, answers) {
      const block = make("div");
      block.dataset.question = question.code;
      const text = this.say(question.text);
      if (!question.variable) {
        block.append(make("p", { className: "note", textContent: text }));
        return block;
      }
      const given = [answers[question.code] ?? []].flat().map(String);
      const fields = question.choices.length
        ? this.choices(question, text, given)
        : this.field(question, text, given[0] ?? "");
      block.append(fields);
      return block;
    }

    heading(question, text) {
      return question.required ? `${text} (${this.words("required")})` : text;
    }

    choices(question, text, given) {
      const many = question.datatype === "multivaluelist";
      if (!many && question.choices.length > MOST_RADIOS) return this.select(question, text, given);
      const group = make("fieldset", { className: "choices" });
      group.append(make("legend", { textContent: this.heading(question, text) }), this.help(question));
      for (const { key, name } of question.choices) {
        const box = make("input", { type: many ? "checkbox" : "radio", name: `q-${question.code}`, value: key });
        box.checked = given.includes(key);
        const label = make("label");
        label.append(box, this.say(name));
        group.append(label);
      }
      return group;
    }

    select(question, text, given) {
      const part = make("p");
      const id = `q-${question.code}`;
      const list = make("select", { id, name: id });
      list.append(make("option", { value: "", textContent: this.words("choose") }));
      for (const { key, name } of question.choices) {
        list.append(make("option", { value: key, textContent: this.say(name), selected: given.includes(key) }));
      }
      part.append(make("label", { htmlFor: id, textContent: this.heading(question, text) }), this.help(question), list);
      return part;
    }

    field(question, text, given) {
      const part = make("p");
      const id = `q-${question.code}`;
      const types = { number: "text", datetime: "datetime-local" };
      const field =
        question.datatype === "text"
          ? make("textarea", { rows: 2 })
          : make("input", { type: types[question.datatype] ?? "text" });
      if (question.datatype === "number") field.inputMode = "decimal";
      Object.assign(field, { id, name: id, value: given, maxLength: 1000 });
      part.append(make("label", { htmlFor: id, textContent: this.heading(question, text) }), this.help(question), field);
      return part;
    }

    help(question) {
      return question.help ? make("span", { className: "hint", textContent: this.say(question.help) }) : "";
    }

    given(code) {
      const found = [];
      for (const field of this.root.querySelectorAll(`[name="${CSS.escape(`q-${code}`)}"]`)) {
        if (field.disabled) continue;
        if (["radio", "checkbox"].includes(field.type) && !field.checked) continue;
        if (field.value.trim()) found.push(field.value.trim());
      }
      return found;
    }

    holds({ question, values, answered }) {
      const given = this.given(question);
      if (answered !== null) return answered === given.length > 0;
      return given.some((one) => values.some((value) => same(one, value)));
    }

    update() {
      // In their order, so that a question which is hidden now hides those that depend on it.
      for (const question of this.questions) {
        const block = this.blockOf(question.code);
        block.hidden = !question.onlyIf.every((condition) => this.holds(condition));
        for (const field of block.querySelectorAll("input, select, textarea")) field.disabled = block.hidden;
      }
      this.changed();
    }

    blockOf(code) {
      return this.root.querySelector(`[data-question="${CSS.escape(code)}"]`);
    }

    // The stop that an answer calls for: the first emergency, else the first advice.
    stop() {
      const found = this.questions.flatMap((question) => {
        const given = this.given(question.code);
        return question.stops.filter((stop) => stop.when.some((key) => given.includes(key)));
      });
      return found.find((stop) => stop.kind === "emergency") ?? found[0] ?? null;
    }

    answers() {
      const told = {};
      for (const { code, variable, datatype } of this.questions) {
        const given = variable ? this.given(code) : [];
        if (given.length) told[code] = datatype === "multivaluelist" ? given : given[0];
      }
      return told;
    }

    // The required questions that are shown and not answered, with the field to go to.
    missing() {
      return this.questions
        .filter(({ code, required }) => required && !this.blockOf(code).hidden && !this.given(code).length)
        .map(({ code, text }) => ({ text, field: this.blockOf(code).querySelector("input, select, textarea") }));
    }
  };
})();
