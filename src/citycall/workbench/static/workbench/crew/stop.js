// One stop on the phone: what is to be done there, and every step that the crew takes. Each is
// kept on the phone before anything says that it is done.

(() => {
  "use strict";

  const store = globalThis.CityCallCrew;
  const SIZE = { side: 1600, quality: 0.82 };

  store.StopView = class {
    constructor(section, { words, templates, changed }) {
      Object.assign(this, { section, words, templates, changed });
      this.find = (what) => section.querySelector(what);
      this.form = this.find("[data-finish]");
      this.signature = new store.Signature(this.find("[data-canvas]"), () => this.keepDraft());
      this.find("[data-do=start]").addEventListener("click", () => this.start());
      for (const input of section.querySelectorAll("[data-photo]")) {
        input.addEventListener("change", () => this.photo(input));
      }
      this.form.addEventListener("input", () => this.keepDraft());
      this.form.addEventListener("submit", (event) => this.finish(event));
      this.find("[data-sign-clear]").addEventListener("click", () => {
        this.signature.set([]);
        this.keepDraft();
      });
      this.find("[data-not-found]").addEventListener("submit", (event) => this.tell(event, "not_found"));
      this.find("[data-ask]").addEventListener("submit", (event) => this.tell(event, "call"));
    }

    get draftId() {
      return `${this.user}:${this.stop.id}`;
    }

    // Shows a stop; what is half written stays as long as it is the same one.
    async show(stop, { user, steps, photos, state }) {
      const another = this.stop?.id !== stop.id;
      Object.assign(this, { stop, user, photos, steps: steps.filter(({ order }) => order === stop.id) });
      this.find("[data-title]").textContent = stop.title;
      this.find("[data-place]").textContent = stop.place;
      this.find("[data-facts]").textContent = store.facts(stop, state, this.words);
      this.said("[data-directions]", stop.directions);
      this.said("[data-waits]", stop.waits.length && this.words.waits.replace("%s", stop.waits.join(", ")));
      this.find("[data-instructions]").hidden = !stop.instructions;
      this.find("[data-instructions] [data-words]").textContent = stop.instructions;
      store.navigate(this.find("[data-ways]"), stop);
      this.showRequests();
      this.showPhotos();
      this.showShots();
      const ended = ["done", "not_found"].includes(state);
      this.find("[data-work]").hidden = ended;
      this.find("[data-do=start]").hidden = state !== "planned";
      if (!another) return;
      this.find("[data-kept]").textContent = "";
      this.find("[data-faults]").hidden = true;
      for (const form of this.section.querySelectorAll("form")) form.reset();
      this.showForm();
      await this.fillDraft();
    }

    said(where, text) {
      this.find(where).textContent = text || "";
      this.find(where).hidden = !text;
    }

    showRequests() {
      const { requests } = this.stop;
      this.find("[data-requests]").hidden = !requests.length;
      this.find("[data-call]").hidden = !requests.length;
      const items = requests.map((request) => {
        const item = this.templates.request();
        item.querySelector("[data-service]").textContent = request.service;
        item.querySelector("[data-number]").textContent = request.number;
        item.querySelector("[data-words]").textContent = request.words;
        item.querySelector("[data-state]").textContent = request.status;
        return item;
      });
      this.find("[data-requests-list]").replaceChildren(...items);
    }

    // What reporters photographed, as far as it is on this phone.
    showPhotos() {
      const kept = (this.stop.photos ?? []).map(({ src }) => this.photos.get(src)).filter(Boolean);
      this.fillShots("[data-told]", kept, () => this.words.photoTold);
    }

    showShots() {
      const taken = this.steps.filter(({ photo }) => photo);
      const label = (index) =>
        taken[index].kind === "before" ? this.words.photoBefore : this.words.photoAfter;
      this.fillShots("[data-shots]", taken.map(({ photo }) => photo), label);
    }

    fillShots(where, pictures, label) {
      const list = this.find(where);
      for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
      list.replaceChildren(
        ...pictures.map((picture, index) => {
          const item = this.templates.shot();
          const image = item.querySelector("img");
          image.src = URL.createObjectURL(picture);
          image.alt = label(index).replace("%s", index + 1);
          return item;
        }),
      );
      list.hidden = !pictures.length;
    }

    showForm() {
      const { stop } = this;
      this.find("[data-checklist]").hidden = !stop.checklist.length;
      this.find("[data-points]").replaceChildren(
        ...stop.checklist.map(({ code, text }) => {
          const item = this.templates.point();
          const [input, label] = [item.querySelector("input"), item.querySelector("label")];
          input.id = label.htmlFor = `answer-${code}`;
          input.name = `answer-${code}`;
          label.textContent = text;
          return item;
        }),
      );
      this.find("[data-materials]").hidden = !stop.materials.length;
      this.find("[data-lines]").replaceChildren(
        ...stop.materials.map(({ name, amount, unit }, index) => {
          const item = this.templates.line();
          const [input, label] = [item.querySelector("input"), item.querySelector("label")];
          input.id = label.htmlFor = input.name = `used-${index}`;
          input.value = amount;
          const told = this.words.amount.replace("%(name)s", name).replace("%(unit)s", unit);
          label.textContent = unit ? told : name;
          return item;
        }),
      );
      this.find("[data-outcome]").hidden = !stop.requests.length;
      const options = [new Option("", ""), ...stop.outcomes.map(({ code, name }) => new Option(name, code))];
      this.form.elements.outcome.replaceChildren(...options);
      this.find("[data-signature]").hidden = !stop.signature;
    }

    async fillDraft() {
      const draft = await store.draft(this.draftId);
      for (const [name, value] of draft?.fields ?? []) {
        const field = this.form.elements[name];
        if (field?.type === "checkbox") field.checked = true;
        else if (field) field.value = value;
      }
      this.signature.set(draft?.strokes ?? []);
    }

    keepDraft() {
      const fields = [...new FormData(this.form)];
      return store.putDraft(this.draftId, { fields, strokes: this.signature.strokes });
    }

    // Kept on the phone first; only then it is said.
    async keep(step, said) {
      const { stop, user } = this;
      const seen = stop.requests.map(({ id, team }) => [id, team]);
      try {
        await store.addStep({ ...step, user, order: stop.id, title: stop.title, seen });
      } catch {
        this.find("[data-kept]").textContent = this.words.notSaved;
        return false;
      }
      await this.changed();
      this.find("[data-kept]").textContent = said;
      return true;
    }

    async start() {
      await this.keep({ kind: "start" }, this.words.startKept);
      this.find("#photo-before").focus();
    }

    async photo(input) {
      const [file] = input.files;
      if (!file) return;
      const photo = await globalThis.CityCallDevice.smaller(file, SIZE);
      if (await this.keep({ kind: input.dataset.photo, photo }, this.words.photoKept)) input.value = "";
    }

    finished() {
      const { elements } = this.form;
      const { stop, signature } = this;
      const answers = Object.fromEntries(
        stop.checklist.map(({ code }) => [code, elements[`answer-${code}`].checked]),
      );
      if (stop.checklist.length && elements.open.checked) answers.open = true;
      const used = stop.materials.map(({ name, unit }, index) => ({
        name,
        unit,
        amount: elements[`used-${index}`].value.replace(",", "."),
      }));
      const name = elements.signed.value.trim();
      const signed = stop.signature ? { name, strokes: signature.strokes } : null;
      return {
        outcome: elements.outcome.value,
        explanation: elements.explanation.value.trim(),
        answers,
        used,
        signature: signed,
      };
    }

    // The same as the city asks, so that nothing is sent back hours later.
    faultsOf(told) {
      const { stop, words, form } = this;
      const about = stop.requests.length > 0;
      const open = stop.checklist.some(({ code }) => !told.answers[code]);
      const excused = told.answers.open && told.explanation;
      const shots = stop.photosAfter + this.steps.filter(({ kind }) => kind === "after").length;
      const signed = told.signature && (told.signature.name || told.signature.strokes.length);
      const found = [
        [stop.photo && !shots, words.needPhoto, this.find("#photo-after")],
        [open && !excused, words.needAnswers, this.find("[data-points] input")],
        [about && !told.outcome, words.needOutcome, form.elements.outcome],
        [about && !told.explanation, words.needExplanation, form.elements.explanation],
        [stop.signature && !signed, words.needSignature, form.elements.signed],
      ];
      return found.filter(([wrong]) => wrong);
    }

    async finish(event) {
      event.preventDefault();
      const told = this.finished();
      const faults = this.faultsOf(told);
      this.find("[data-faults]").hidden = !faults.length;
      this.find("[data-faults-list]").replaceChildren(
        ...faults.map(([, sentence]) => {
          const item = document.createElement("li");
          item.textContent = sentence;
          return item;
        }),
      );
      if (faults.length) return faults[0][2].focus();
      await this.keepDraft();
      if (await this.keep({ kind: "finish", finished: told }, "")) location.hash = "";
    }

    async tell(event, kind) {
      event.preventDefault();
      const form = event.target;
      const field = form.querySelector("textarea");
      const words = field.value.trim();
      form.querySelector("[data-fault]").textContent = words ? "" : this.words.needWords;
      if (!words) return field.focus();
      const said = kind === "call" ? this.words.callKept : "";
      if (!(await this.keep({ kind, words }, said))) return;
      if (kind === "not_found") location.hash = "";
      else form.reset();
    }
  };
})();
