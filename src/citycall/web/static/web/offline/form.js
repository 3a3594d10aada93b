// The form of a whole report on one page. Each service's questions wait in a template of the page,
// made by the server; a warning that an answer calls for comes before everything else.

(() => {
  "use strict";

  const NOT_TYPED = new Set(["asked", "photos", "csrfmiddlewaretoken", "told", "go", "code"]);

  globalThis.CityCallForm = class {
    constructor(form, words) {
      Object.assign(this, { form, words, read: new Set() });
      this.part = form.querySelector("[data-service-part]");
      this.rest = form.querySelector("[data-rest]");
      this.stop = form.querySelector("[data-stop-read]");
      this.service = form.elements.service;
      this.photos = new globalThis.CityCallPhotos(form.elements.photos, {
        list: form.querySelector("[data-photos]"),
        template: document.querySelector("template[data-photo]"),
        most: Number(form.dataset.mostPhotos),
        words,
        tell: (sentence) => this.say({ photos: sentence }, { summary: false }),
      });
      this.service.addEventListener("change", () => this.showService());
      form.addEventListener("input", () => this.showStop());
      form.addEventListener("change", () => this.showStop());
      this.watch = new globalThis.CityCallWatch(form.querySelector("[data-watch]"), () =>
        this.showDanger(),
      );
      this.stop.querySelector("button").addEventListener("click", () => this.readStop());
      this.startLocating(form.querySelector("[data-locate]"));
    }

    get chosen() {
      const code = CSS.escape(this.service.value || "-");
      return document.querySelector(`template[data-service="${code}"]`);
    }

    get title() {
      return this.service.selectedOptions[0]?.textContent.trim() ?? "";
    }

    showService() {
      const template = this.chosen;
      this.part.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
      const questions = this.part.querySelector("[data-questions]");
      questions?.dispatchEvent(new Event("questions", { bubbles: true }));
      const needs = template?.dataset ?? {};
      this.form.querySelector("[data-part=place]").hidden = needs.location === "none";
      this.form.querySelector("[data-part=contact]").hidden = needs.contact === "not_asked";
      this.form.querySelector("[data-part=seen]").hidden = !template;
      this.form.querySelector("[data-seen]").textContent = needs.seen ?? "";
      this.showStop();
    }

    // A warning that was not read yet hides all that comes after it.
    showStop() {
      const shown = [...this.part.querySelectorAll("[data-stop-shown]")];
      const unread = shown.filter((stop) => !this.read.has(stop.dataset.mark));
      this.unread = unread.map((stop) => stop.dataset.mark);
      const asking = unread[0]?.closest("[data-question]");
      let behind = false;
      for (const question of this.part.querySelectorAll("[data-question]")) {
        question.classList.toggle("web-behind-stop", behind);
        behind ||= question === asking;
      }
      this.stop.hidden = !this.unread.length;
      this.rest.hidden = this.unread.length > 0;
    }

    // Words of danger hide all that comes after them, until somebody says that there is none.
    showDanger() {
      const place = this.watch.place;
      for (let next = place.nextElementSibling; next; next = next.nextElementSibling) {
        next.classList.toggle("web-behind-stop", this.watch.shown !== "");
      }
    }

    readStop() {
      for (const mark of this.unread) this.read.add(mark);
      this.showStop();
      this.rest.querySelector("input, textarea, select")?.focus();
    }

    startLocating(button) {
      if (!navigator.geolocation) return;
      const status = this.form.querySelector("[data-locate-status]");
      button.hidden = false;
      button.addEventListener("click", () => {
        status.textContent = this.words.asking;
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => {
            this.set("latitude", coords.latitude.toFixed(6));
            this.set("longitude", coords.longitude.toFixed(6));
            this.set("accuracy", coords.accuracy.toFixed(0));
            this.showPoint();
          },
          ({ code }) => {
            status.textContent = code === 1 ? this.words.refused : this.words.failed;
          },
          { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 },
        );
      });
      const remove = this.form.querySelector("[data-locate-remove]");
      remove.addEventListener("click", () => {
        for (const name of ["latitude", "longitude", "accuracy"]) this.set(name, "");
        this.showPoint();
        button.focus();
      });
    }

    showPoint() {
      const { latitude, accuracy } = this.form.elements;
      const located = latitude.value !== "";
      this.form.querySelector("[data-locate-remove]").hidden = !located;
      const sentence = accuracy.value ? this.words.located.replace("%s", accuracy.value) : "";
      this.form.querySelector("[data-locate-status]").textContent = located ? sentence : "";
    }

    set(name, value) {
      const values = [value].flat();
      const fields = [...this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
      for (const field of fields) {
        if (field.type === "radio" || field.type === "checkbox") {
          field.checked = values.includes(field.value);
        } else {
          field.value = values[0] ?? "";
        }
      }
    }

    // Pairs of name and value, as they are sent.
    get typed() {
      const pairs = [...new FormData(this.form)].filter(
        ([name, value]) => typeof value === "string" && value !== "" && !NOT_TYPED.has(name),
      );
      return [...pairs, ...[...this.read].map((mark) => ["stop_read", mark])];
    }

    fill(pairs, photos = []) {
      const byName = new Map();
      for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), value]);
      this.form.reset();
      this.read = new Set(byName.get("stop_read") ?? []);
      this.watch.take(byName.get("not_emergency") ?? []);
      this.set("service", byName.get("service") ?? "");
      this.showService();
      // Answers in their order: one may bring the question that the next belongs to.
      for (const [name, given] of byName) {
        if (["service", "stop_read", "not_emergency"].includes(name)) continue;
        this.set(name, given);
        this.part.querySelector("[data-questions]")?.dispatchEvent(new Event("change"));
      }
      this.photos.set(photos);
      this.watch.look();
      this.showPoint();
      this.showStop();
      this.say({});
    }

    answered(question) {
      const fields = [...question.querySelectorAll("[name^='answers.']")];
      return fields.some((one) =>
        one.type === "radio" || one.type === "checkbox" ? one.checked : one.value.trim(),
      );
    }

    // What is missing, by the name of its field. The city checks everything when it arrives.
    get faults() {
      const faults = {};
      const value = (name) => this.form.elements[name].value.trim();
      const needs = this.chosen?.dataset;
      if (!needs) return { service: this.words.chooseService };
      for (const question of this.part.querySelectorAll("[data-question][data-required]")) {
        if (question.hidden || this.answered(question)) continue;
        faults[`answers.${question.dataset.question}`] = this.words.answer;
      }
      if (needs.location === "required" && !value("place") && !value("latitude")) {
        if (!value("directions")) faults.place = this.words.sayWhere;
      }
      if (needs.words === "required" && !value("words")) faults.words = this.words.sayWhat;
      if (needs.contact === "required" && !value("email") && !value("phone")) {
        faults.email = this.words.giveContact;
      }
      return faults;
    }

    // Puts each fault beside its field, and all of them on top, where the keyboard then is.
    say(faults, { summary = true } = {}) {
      for (const old of this.form.querySelectorAll("[data-fault]")) old.remove();
      for (const group of this.form.querySelectorAll(".usa-form-group--error")) {
        group.classList.remove("usa-form-group--error");
        group.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
      }
      for (const target of this.form.querySelectorAll("[data-described]")) {
        target.setAttribute("aria-describedby", target.dataset.described);
      }
      const links = [];
      for (const [name, sentence] of Object.entries(faults)) {
        if (sentence) links.push(this.mark(name, sentence));
      }
      const box = this.form.querySelector("[data-summary]");
      box.replaceChildren();
      if (!summary || !links.length) return;
      box.append(document.querySelector("template[data-summary-box]").content.cloneNode(true));
      box.querySelector("ul").append(...links);
      box.firstElementChild.focus();
    }

    mark(name, sentence) {
      const item = document.createElement("li");
      const field = this.form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
      const group = field?.closest(".cc-field");
      if (!group) {
        item.textContent = sentence;
        return item;
      }
      const fault = document.querySelector("template[data-fault-beside]").content.cloneNode(true);
      const beside = fault.firstElementChild;
      beside.dataset.fault = "";
      beside.id = `fault-${name}`;
      beside.append(` ${sentence}`);
      group.classList.add("usa-form-group--error");
      const several = group.matches("fieldset");
      (several ? group.querySelector("legend") : group.querySelector("label")).after(beside);
      const target = several ? group : field;
      target.dataset.described ??= target.getAttribute("aria-describedby") ?? "";
      target.setAttribute("aria-describedby", `${beside.id} ${target.dataset.described}`.trim());
      if (!several) field.setAttribute("aria-invalid", "true");
      const link = document.createElement("a");
      link.href = `#${field.id}`;
      link.textContent = sentence;
      item.append(link);
      return item;
    }
  };
})();
