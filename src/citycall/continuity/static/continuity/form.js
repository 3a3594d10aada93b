// The report as it is taken: what is typed, what has to be read aloud, what is still missing.

(() => {
  "use strict";

  const WAIT_MS = 150;
  const DRAFT_MS = 300;
  const LEAST_DIGITS = 7;
  const make = (name, more = {}) => Object.assign(document.createElement(name), more);

  const fold = (text) =>
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{Mn}/gu, "")
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();

  globalThis.CityCallIntake = class {
    constructor({ section, kit, store, places, dangers, saved }) {
      Object.assign(this, { section, kit, store, places, dangers, saved });
      this.form = section.querySelector("form");
      this.part = (name) => section.querySelector(`[data-${name}]`);
      this.service = null;
      this.place = null;
      this.readDangers = new Set();
      this.stopRead = "";
      this.correcting = "";
      this.questions = new globalThis.CityCallQuestions(this.part("questions"), {
        say: (text) => kit.saidTo(text, this.language),
        words: (key) => kit.wordIn(key, this.language),
        changed: () => this.lookAtStop(),
      });
      this.boxes();
      this.listen();
    }

    get fields() {
      return this.form.elements;
    }

    get language() {
      return this.fields.language.value || this.kit.language;
    }

    boxes() {
      this.serviceBox = new globalThis.CityCallCombo(this.fields.service, {
        find: (text) => this.services(text),
        chosen: ({ service }) => this.chooseService(service),
        typed: () => this.chooseService(null),
        eager: true,
      });
      this.fields.service.addEventListener("focus", () => {
        if (!this.service) this.serviceBox.look();
      });
      new globalThis.CityCallCombo(this.fields.place, {
        find: (text) => this.candidates(text),
        chosen: ({ place }) => this.choosePlace(place),
        typed: () => this.choosePlace(null),
      });
    }

    listen() {
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.save(false);
      });
      this.form.addEventListener("keydown", (event) => {
        const box = event.target.matches("input:not([type=radio]):not([type=checkbox])");
        if (event.key === "Enter" && box && !event.ctrlKey) event.preventDefault();
      });
      this.form.addEventListener("input", () => this.typed());
      this.form.addEventListener("change", () => this.typed());
      this.fields.language.addEventListener("change", () => this.again());
      this.part("save-anyway").addEventListener("click", () => this.save(true));
      this.part("clear").addEventListener("click", () => this.clear());
    }

    typed() {
      delete this.form.dataset.draft;
      clearTimeout(this.looking);
      this.looking = setTimeout(() => this.lookForDanger(), WAIT_MS);
      clearTimeout(this.keeping);
      this.keeping = setTimeout(() => this.keepDraft(), DRAFT_MS);
    }

    async keepDraft() {
      const told = this.told();
      const empty = !JSON.stringify({ ...told, language: "" }).match(/":"[^"]/);
      await this.store.keep("draft", empty ? undefined : { told, correcting: this.correcting });
      this.form.dataset.draft = "kept";
    }

    services(text) {
      const words = fold(text || this.fields.words.value).split(" ").filter((word) => word.length > 1);
      const whole = fold(text);
      const ranked = this.kit.services
        .map((service) => ({ service, worth: this.worth(service, words, whole) }))
        .filter(({ worth }) => worth > 0 || !words.length)
        .sort((one, other) => other.worth - one.worth);
      return ranked.slice(0, 8).map(({ service }) => ({
        service,
        label: this.kit.said(service.name),
        detail: this.kit.said(service.group),
      }));
    }

    worth(service, words, whole) {
      service.found ??= this.kit.inEachLanguage(service.name).map(fold);
      service.more ??= service.keywords.flatMap((word) => this.kit.inEachLanguage(word)).map(fold);
      const begun = (texts, word) => texts.some((text) => ` ${text}`.includes(` ${word}`));
      let worth = whole && service.found.some((name) => name.includes(whole)) ? 5 : 0;
      for (const word of words) {
        if (begun(service.found, word)) worth += 3;
        else if (begun(service.more, word)) worth += 2;
        else if (word.length > 3 && service.found.some((name) => name.includes(word))) worth += 1;
      }
      return worth;
    }

    chooseService(service) {
      if (service === this.service) return;
      this.service = service;
      this.stopRead = "";
      this.questions.show(service);
      this.script();
    }

    candidates(text) {
      if (text.trim().length < 2) return [];
      return this.places.search(text).map((place) => ({
        place,
        label: place.label,
        detail: this.kit.sort(place),
      }));
    }

    choosePlace(place) {
      this.place = place;
      const found = document.getElementById("place-found");
      if (place) found.textContent = this.kit.word("onMap", { kind: this.kit.sort(place) });
      else found.textContent = this.fields.place.value.trim() ? this.kit.word("inWords") : "";
    }

    // What the call-taker reads to the caller, and what the city knows of the service.
    script() {
      const { kit, service } = this;
      const root = this.part("script");
      root.replaceChildren();
      // What is read to the caller runs and sounds as the caller's language does.
      for (const name of ["script", "questions", "stop"]) kit.speaks(this.part(name), this.language);
      if (!service) return;
      root.append(make("h2", { textContent: kit.word("readAloud") }));
      root.append(make("p", { textContent: kit.saidTo(service.name, this.language) }));
      const description = kit.saidTo(service.description, this.language);
      root.append(make("p", { className: "text", textContent: description }));
      const told = [...kit.alertsOf(service, this.language), ...kit.articlesOf(service, this.language)];
      if (told.length) root.append(make("h2", { textContent: kit.word("knownAlready") }));
      for (const { title, words } of told) {
        root.append(make("h3", { textContent: title }), make("p", { className: "text", textContent: words }));
      }
    }

    lookForDanger() {
      const texts = [this.fields.words, this.fields.place, this.fields.directions].map(({ value }) => value);
      this.heard = this.dangers.heard(texts);
      const danger = this.heard.find((each) => !this.readDangers.has(each)) ?? "";
      const place = this.part("danger");
      if (place.dataset.shown === danger + this.language) return;
      place.dataset.shown = danger + this.language;
      place.replaceChildren();
      if (!danger) return;
      const button = make("button", { type: "button", textContent: this.kit.word("noDanger") });
      button.addEventListener("click", () => {
        this.readDangers.add(danger);
        this.lookForDanger();
        this.fields.service.focus();
      });
      this.kit.speaks(place, this.language);
      place.append(make("p", { textContent: this.kit.caution(danger, this.language) }), button);
    }

    lookAtStop() {
      const stop = this.service ? this.questions.stop() : null;
      const mark = stop ? `${stop.kind} ${stop.text}` : "";
      const place = this.part("stop");
      if (this.stopRead !== mark) this.stopRead = "";
      if (place.dataset.shown === mark + this.language + this.stopRead) return;
      place.dataset.shown = mark + this.language + this.stopRead;
      place.replaceChildren();
      if (!stop || this.stopRead) return;
      const button = make("button", { type: "button", textContent: this.kit.word("stopRead") });
      button.addEventListener("click", () => {
        this.stopRead = mark;
        this.lookAtStop();
        this.fields.place.focus();
      });
      place.append(make("p", { textContent: this.kit.saidTo(stop.text, this.language) }), button);
    }

    told() {
      const { fields, place } = this;
      const where = { words: fields.place.value.trim(), directions: fields.directions.value.trim() };
      if (place) {
        const { kind, longitude, latitude, accuracy } = place;
        Object.assign(where, { words: place.label, kind, longitude, latitude, accuracy_m: accuracy });
      }
      const text = (name) => fields[name].value.trim();
      return {
        service: this.service?.code ?? "",
        words: text("words"),
        place: where,
        answers: this.questions.answers(),
        name: text("name"),
        email: text("email"),
        phone: text("phone"),
        language: this.language,
        stop_read: Boolean(this.stopRead),
        no_danger: (this.heard ?? []).find((each) => this.readDangers.has(each)) ?? "",
      };
    }

    // What the merge would refuse, with the field to go to.
    faults(told) {
      const { fields, service, kit } = this;
      const found = [];
      const fault = (field, words) => found.push({ field, words });
      if (!service) fault(fields.service, kit.word("chooseService"));
      const digits = told.phone.replace(/\D/g, "").length;
      if (service?.contact === "required" && digits < LEAST_DIGITS && !told.email.includes("@")) {
        fault(fields.phone, kit.word("giveContact"));
      }
      if (service?.somethingElse && !told.words) fault(fields.words, kit.word("sayWhat"));
      for (const { text, field } of this.questions.missing()) {
        fault(field, `${kit.said(text)} ${kit.word("answer")}`);
      }
      if (this.part("stop").childElementCount) {
        fault(this.part("stop").querySelector("button"), kit.word("readStop"));
      }
      if (this.part("danger").childElementCount) {
        fault(this.part("danger").querySelector("button"), kit.word("readStop"));
      }
      if (service?.location === "required" && !told.place.words && !told.place.directions) {
        fault(fields.place, kit.word("sayWhere"));
      }
      return found;
    }

    show(faults) {
      const root = this.part("faults");
      root.replaceChildren();
      this.part("save-anyway").hidden = !faults.length;
      if (!faults.length) return;
      const box = make("div", { className: "faults", tabIndex: -1 });
      box.setAttribute("role", "alert");
      const list = make("ul");
      for (const { field, words } of faults) {
        const link = make("button", { type: "button", textContent: words });
        link.addEventListener("click", () => field.focus());
        const row = make("li");
        row.append(link);
        list.append(row);
      }
      box.append(make("h2", { textContent: this.kit.word("faults") }), list);
      root.append(box);
      faults[0].field.focus();
    }

    async save(anyway) {
      if (this.saving) return;
      this.lookForDanger();
      const told = this.told();
      const faults = anyway ? [] : this.faults(told);
      this.show(faults);
      if (faults.length) return;
      this.saving = true;
      clearTimeout(this.keeping);
      const { correcting } = this;
      try {
        const kept = correcting ? this.store.change(correcting, told) : this.store.take(told);
        const intake = await kept;
        this.clear();
        this.saved(intake, Boolean(correcting));
      } catch (error) {
        this.kit.warn(
          error instanceof RangeError
            ? this.kit.word("noneLeft")
            : this.kit.word("notSaved", { why: String(error) }),
        );
      } finally {
        this.saving = false;
      }
    }

    clear() {
      clearTimeout(this.keeping);
      const { language } = this;
      this.form.reset();
      this.fill({ language, place: {}, answers: {} });
      this.correct("");
      this.show([]);
      this.part("restored").hidden = true;
      this.store.keep("draft", undefined).catch(() => {});
    }

    correct(number) {
      this.correcting = number;
      this.part("correcting").hidden = !number;
      this.part("correcting").textContent = this.kit.word("correcting", { number });
      this.part("save").textContent = this.kit.word(number ? "saveChange" : "save");
    }

    fill(told) {
      const { fields } = this;
      for (const name of ["words", "name", "email", "phone"]) fields[name].value = told[name] ?? "";
      fields.language.value = told.language;
      fields.directions.value = told.place.directions ?? "";
      this.service = this.kit.services.find(({ code }) => code === told.service) ?? null;
      fields.service.value = this.service ? this.kit.said(this.service.name) : "";
      this.readDangers = new Set(told.no_danger ? [told.no_danger] : []);
      this.stopRead = "";
      this.questions.show(this.service, told.answers);
      const stop = told.stop_read ? this.questions.stop() : null;
      if (stop) this.stopRead = `${stop.kind} ${stop.text}`;
      this.lookAtStop();
      const { words, kind, longitude, latitude, accuracy_m: accuracy } = told.place;
      fields.place.value = words ?? "";
      this.choosePlace(kind ? { kind, label: words, longitude, latitude, accuracy } : null);
      this.lookForDanger();
      this.script();
    }

    // Everything said anew: another language, of the page or of the caller.
    again() {
      const told = this.told();
      const { place } = this;
      this.fill(told);
      this.place = place;
      this.correct(this.correcting);
    }
  };
})();
