// The kit: unpacks what the city gave it, and brings its parts together. It asks no network.

(() => {
  "use strict";

  const KEYS = { F2: "intake", F4: "taken", F8: "directory", F9: "known" };
  const OLD_MS = 31 * 86_400_000;
  const FORMAT = "citycall-continuity-1";
  const make = (name, more = {}) => Object.assign(document.createElement(name), more);
  const part = (name) => document.querySelector(`[data-${name}]`);

  async function unpacked() {
    const packed = document.getElementById("kit-data").textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  class Kit {
    constructor(data) {
      Object.assign(this, data);
      this.services = data.services;
      this.language = data.languages[0].code;
    }

    wordIn(key, language, values = {}) {
      const text = this.words[language]?.[key] ?? this.words[this.languages[0].code][key];
      return text.replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
    }

    word(key, values) {
      return this.wordIn(key, this.language, values);
    }

    saidTo(text, language) {
      return this.texts[language]?.[text] ?? text;
    }

    said(text) {
      return this.saidTo(text, this.language);
    }

    inEachLanguage(text) {
      return [text, ...this.languages.map(({ code }) => this.texts[code]?.[text]).filter(Boolean)];
    }

    sort({ sort, kind }) {
      return this.sorts[this.language][sort] ?? this.sorts[this.language][kind] ?? "";
    }

    caution(danger, language) {
      return this.cautions[language]?.[danger] ?? this.cautions[this.languages[0].code][danger];
    }

    get liveAlerts() {
      const now = Date.now();
      const told = this.told[this.language].alerts;
      return told.filter(({ starts, ends }) => Date.parse(starts) <= now && !(Date.parse(ends) <= now));
    }

    alertsOf({ code }, language) {
      const live = new Set(this.liveAlerts.map((each) => each.code));
      const told = this.told[language].alerts;
      return told.filter((alert) => live.has(alert.code) && alert.services.includes(code));
    }

    articlesOf({ code }, language) {
      const told = this.told[language].articles.filter(({ services }) => services.includes(code));
      return told.map(({ title, summary, body }) => ({ title, words: `${summary}\n\n${body}`.trim() }));
    }

    speaks(part, language) {
      part.lang = language;
      part.dir = this.languages.find(({ code }) => code === language).rtl ? "rtl" : "ltr";
    }

    moment(text) {
      const style = { dateStyle: "medium", timeStyle: "short" };
      return new Intl.DateTimeFormat(this.language, style).format(new Date(text));
    }

    warn(text) {
      part("warning").textContent = text;
      part("warning").hidden = !text;
    }
  }

  class Page {
    constructor(kit, store) {
      Object.assign(this, { kit, store });
      const places = new globalThis.CityCallPlaces(kit.gazetteer);
      const dangers = new globalThis.CityCallDangers(kit.dangers);
      this.languages();
      this.intake = new globalThis.CityCallIntake({
        section: document.querySelector("[data-section=intake]"),
        kit,
        store,
        places,
        dangers,
        saved: (intake, correction) => this.saved(intake, correction),
      });
      // For whoever tries the kit out.
      globalThis.citycallKit = { places, store };
      this.listen();
    }

    languages() {
      const option = ({ code, name }) => make("option", { value: code, textContent: name, lang: code });
      document.getElementById("page-language").append(...this.kit.languages.map(option));
      document.getElementById("call-language").append(...this.kit.languages.map(option));
    }

    listen() {
      for (const button of document.querySelectorAll("[data-go]")) {
        button.addEventListener("click", () => this.go(button.dataset.go));
      }
      document.addEventListener("keydown", (event) => this.press(event));
      document.getElementById("page-language").addEventListener("change", ({ target }) => this.speak(target.value));
      part("next").addEventListener("click", () => this.go("intake"));
      part("print").addEventListener("click", () => globalThis.print());
      part("erase").addEventListener("click", () => this.erase());
      part("export").addEventListener("click", () => this.export());
      const searched = (id, show) => document.getElementById(id).addEventListener("input", show);
      searched("directory-search", () => this.showDirectory());
      searched("known-search", () => this.showKnown());
      // Another window of the same kit may have taken reports meanwhile.
      document.addEventListener("visibilitychange", () => this.count());
    }

    press(event) {
      const section = KEYS[event.key];
      if (section && !event.altKey && !event.ctrlKey && !event.shiftKey) {
        event.preventDefault();
        this.go(section);
      } else if (event.key === "Enter" && event.ctrlKey && this.section === "intake") {
        event.preventDefault();
        this.intake.save(false);
      }
    }

    go(section) {
      this.section = section;
      for (const each of document.querySelectorAll("[data-section]")) each.hidden = each.dataset.section !== section;
      for (const each of document.querySelectorAll("[data-go]")) {
        if (each.dataset.go === section) each.setAttribute("aria-current", "page");
        else each.removeAttribute("aria-current");
      }
      if (section === "taken") this.showTaken();
      if (section === "directory") this.showDirectory();
      if (section === "known") this.showKnown();
      const first = section === "intake" ? document.getElementById("phone") : null;
      (first ?? document.querySelector(`[data-section="${section}"] h1`)).focus();
    }

    speak(language) {
      const { kit } = this;
      kit.language = language;
      document.documentElement.lang = language;
      document.documentElement.dir = kit.languages.find(({ code }) => code === language).rtl ? "rtl" : "ltr";
      for (const each of document.querySelectorAll("[data-say]")) each.textContent = kit.word(each.dataset.say);
      for (const each of document.querySelectorAll("[data-say-label]")) {
        each.setAttribute("aria-label", kit.word(each.dataset.sayLabel));
      }
      part("emergency").textContent = kit.word("emergency", { number: kit.emergency });
      this.intake.again();
      this.warnOfAge();
      this.count();
      if (this.section && this.section !== "intake") this.go(this.section);
    }

    warnOfAge() {
      const { kit } = this;
      const now = Date.now();
      if (now > Date.parse(kit.ends)) kit.warn(kit.word("over"));
      else kit.warn(now - Date.parse(kit.made) > OLD_MS ? kit.word("old") : "");
    }

    async count() {
      const left = await this.store.left();
      part("left").textContent = this.kit.word("left", { count: left });
      part("unexported").textContent = this.kit.word("unexported", { count: (await this.unexported()).length });
    }

    async unexported() {
      const before = (await this.store.fact("exported")) ?? "";
      return (await this.store.all()).filter(({ changed_at: changed }) => changed > before);
    }

    async saved(intake, correction) {
      const { kit } = this;
      part("number").textContent = intake.number;
      part("spelt").textContent = this.spelt(intake);
      part("spelt").lang = intake.told.language;
      const service = kit.services.find(({ code }) => code === intake.told.service);
      const slip = [
        ["time", kit.moment(intake.told_at)],
        ["service", service ? kit.said(service.name) : ""],
        ["place", intake.told.place.words],
      ];
      part("slip").replaceChildren(
        ...slip.flatMap(([key, text]) => [
          make("dt", { textContent: kit.word(key) }),
          make("dd", { textContent: text || "–" }),
        ]),
      );
      const when = kit.moment(new Date().toISOString());
      part("kept").textContent = correction ? kit.word("corrected") : kit.word("kept", { when });
      this.go("given");
      part("next").focus();
      await this.count();
      if ((await this.unexported()).length >= kit.exportEvery) await this.export();
    }

    // The digits as words in the caller's language, in the groups in which the number is written.
    spelt({ number, told }) {
      const group = (digits) => [...digits].map((digit) => this.kit.wordIn(`digit${digit}`, told.language)).join(" ");
      return number.split("-").map(group).join(" – ");
    }

    async export() {
      const now = new Date().toISOString();
      const intakes = await this.store.all();
      const content = { format: FORMAT, kit: this.kit.code, device: this.store.device, exported_at: now, intakes };
      const name = `citycall-${this.kit.code}-${now.replace(/\D/g, "").slice(0, 14)}.json`;
      const blob = new Blob([JSON.stringify(content)], { type: "application/json" });
      const link = make("a", { href: URL.createObjectURL(blob), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      await this.store.keep("exported", now);
      part("told").textContent = this.kit.word("exported", { file: name });
      await this.count();
    }

    async erase() {
      if (!globalThis.confirm(this.kit.word("eraseSure"))) return;
      await this.store.erase((await this.store.fact("exported")) ?? "");
      await this.showTaken();
      document.getElementById("taken-heading").focus();
    }

    async showTaken() {
      const intakes = await this.store.all();
      part("after").hidden = !intakes.length || (await this.unexported()).length > 0;
      globalThis.CityCallLists.taken(part("list"), intakes, {
        kit: this.kit,
        correct: (number, told) => {
          this.intake.fill(told);
          this.intake.correct(number);
          this.go("intake");
        },
        makeVoid: async (number) => {
          if (!globalThis.confirm(this.kit.word("voidSure", { number }))) return;
          await this.store.makeVoid(number);
          await this.showTaken();
          await this.count();
          document.getElementById("taken-heading").focus();
        },
      });
    }

    showDirectory() {
      const words = document.getElementById("directory-search").value;
      globalThis.CityCallLists.directory(part("directory"), this.kit.told[this.kit.language].directory, words, this.kit);
    }

    showKnown() {
      const words = document.getElementById("known-search").value;
      globalThis.CityCallLists.alerts(part("alerts"), this.kit.liveAlerts, this.kit);
      globalThis.CityCallLists.articles(part("articles"), this.kit.told[this.kit.language].articles, words, this.kit);
    }
  }

  async function start() {
    const kit = new Kit(await unpacked());
    const store = new globalThis.CityCallStore(kit.code, kit.numbers);
    try {
      await store.open();
    } catch {
      kit.warn(kit.word("noStore"));
      part("loading").hidden = true;
      return;
    }
    const page = new Page(kit, store);
    page.speak(kit.language);
    const draft = await store.fact("draft");
    if (draft) {
      page.intake.fill(draft.told);
      page.intake.correct(draft.correcting);
      part("restored").hidden = false;
    }
    part("loading").hidden = true;
    part("ready").hidden = false;
    page.go("intake");
  }

  start();
})();
