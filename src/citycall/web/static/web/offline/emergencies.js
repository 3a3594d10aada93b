// Recognises words of danger as they are typed, in every language that the city knows, by the same
// phrases as the server. Shows the warning at once; whoever says that it is no emergency goes on.

(() => {
  "use strict";

  const LONGEST = 4_000;
  const END = /[.!?;\n\r\u2026\u3002\uff01\uff1f\uff1b\u061f\u061b]+/;
  const TAKEN_OUT = " ~";
  const WAIT_MS = 300;

  function folded(text) {
    return text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{Mn}/gu, "")
      .replace(/['\u2019\u2018\u02bc`\u0640]/g, "")
      .replaceAll("\u0649", "\u064a")
      .replaceAll("\u0629", "\u0647")
      .replaceAll("\u0131", "i")
      .replace(/[\u3400-\u9fff]/g, " $& ")
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
  }

  function sentences(text) {
    const parts = text.slice(0, LONGEST).split(END).map(folded);
    return parts.filter((words) => words.length).map((words) => ` ${words.join(" ")} `);
  }

  globalThis.CityCallDangers = class {
    constructor({ short, phrases }) {
      const whole = (expression) =>
        short.reduce((made, [name, meant]) => made.replaceAll(name, meant), expression);
      this.signs = phrases.map(([sign, expressions]) => [
        sign,
        expressions.map((each) => new RegExp(whole(each), sign === "harmless" ? "gu" : "u")),
      ]);
    }

    inSentence(sentence) {
      let rest = sentence;
      let over = false;
      const found = [];
      for (const [sign, expressions] of this.signs) {
        if (sign === "harmless") {
          for (const each of expressions) rest = rest.replace(each, TAKEN_OUT);
        } else if (sign === "over") {
          over = expressions.some((each) => each.test(rest));
        } else if ((!over || sign === "suicide") && expressions.some((each) => each.test(rest))) {
          found.push(sign);
        }
      }
      return found;
    }

    // The dangers that these texts speak of, the most urgent first.
    heard(texts) {
      const found = new Set(texts.flatMap(sentences).flatMap((one) => this.inSentence(one)));
      return this.signs.map(([sign]) => sign).filter((sign) => found.has(sign));
    }
  };

  // Watches the texts of a form. The warnings wait in templates of the page, made by the server.
  globalThis.CityCallWatch = class {
    constructor(place, changed = () => {}) {
      Object.assign(this, { place, changed, read: new Set(), shown: "" });
      this.form = place.closest("form");
      this.loading = null;
      this.form.addEventListener("input", ({ target }) => {
        if (!target.matches("textarea, input[type=text]")) return;
        this.loading ??= this.load();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.look(), WAIT_MS);
      });
      if (this.texts.some((text) => text.trim())) this.look();
    }

    get texts() {
      const names = this.place.dataset.watch.split(" ");
      return names.map((name) => this.form.elements[name]?.value ?? "");
    }

    // Without the phrases the server still looks when the form arrives.
    async load() {
      try {
        const answer = await fetch(this.place.dataset.phrases);
        this.dangers = new globalThis.CityCallDangers(await answer.json());
      } catch {
        this.loading = null;
      }
    }

    async look() {
      this.loading ??= this.load();
      await this.loading;
      const heard = this.dangers?.heard(this.texts) ?? [];
      this.show(heard.find((danger) => !this.read.has(danger)) ?? "");
    }

    show(danger) {
      if (danger === this.shown) return;
      this.shown = danger;
      const template = document.querySelector(`template[data-danger="${danger}"]`);
      this.place.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
      const button = this.place.querySelector("button");
      button?.addEventListener("click", () => {
        this.take([...this.read, danger]);
        this.look();
        this.form.elements[this.place.dataset.watch.split(" ")[0]]?.focus();
      });
      this.changed();
    }

    // What was said to be no emergency goes along with the form.
    take(codes) {
      this.read = new Set(codes);
      for (const old of this.form.querySelectorAll("[data-not-emergency]")) old.remove();
      for (const code of this.read) {
        const field = Object.assign(document.createElement("input"), {
          type: "hidden",
          name: "not_emergency",
          value: code,
        });
        field.dataset.notEmergency = "";
        this.form.append(field);
      }
    }
  };

  for (const place of document.querySelectorAll("[data-watch][data-watch-now]")) {
    place.watching = new globalThis.CityCallWatch(place);
  }
})();
