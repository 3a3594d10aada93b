// A box in which one types, with a list below that narrows down: by arrow keys, Enter and Escape.

(() => {
  "use strict";

  globalThis.CityCallCombo = class {
    // `find` gives the options for a text: objects with `label` and `detail`. With `eager` the
    // first one is meant, as soon as something was typed, unless another is chosen.
    constructor(input, { find, chosen, typed, eager = false }) {
      Object.assign(this, { input, find, chosen, typed, eager, options: [], active: -1 });
      this.list = document.getElementById(input.getAttribute("aria-controls"));
      input.addEventListener("input", () => {
        this.typed?.();
        this.look();
      });
      input.addEventListener("keydown", (event) => this.press(event));
      input.addEventListener("blur", () => {
        if (this.open && this.eager && this.active >= 0) this.choose(this.active);
        this.close();
      });
      // Before the box loses the keyboard.
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const option = event.target.closest("[role=option]");
        if (option) this.choose([...this.list.children].indexOf(option));
      });
    }

    get open() {
      return !this.list.hidden;
    }

    look() {
      this.options = this.find(this.input.value);
      this.list.replaceChildren(
        ...this.options.map(({ label, detail }, at) => {
          const option = document.createElement("li");
          option.id = `${this.list.id}-${at}`;
          option.setAttribute("role", "option");
          option.append(label);
          if (detail) {
            const more = document.createElement("small");
            more.textContent = ` ${detail}`;
            option.append(more);
          }
          return option;
        }),
      );
      this.list.hidden = this.options.length === 0;
      this.input.setAttribute("aria-expanded", String(this.open));
      this.go(this.eager && this.input.value.trim() && this.options.length ? 0 : -1);
    }

    go(at) {
      this.active = at;
      [...this.list.children].forEach((option, place) => {
        option.setAttribute("aria-selected", String(place === at));
      });
      const option = this.list.children[at];
      if (option) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        this.input.removeAttribute("aria-activedescendant");
      }
    }

    press(event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const count = this.options.length;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!this.open) return this.look();
        if (!count) return;
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.go((Math.max(this.active, step > 0 ? -1 : 0) + step + count) % count);
      } else if (event.key === "Enter") {
        // Enter never sends the form from here: it is pressed too easily while one listens.
        event.preventDefault();
        if (this.open && this.active >= 0) this.choose(this.active);
      } else if (event.key === "Escape" && this.open) {
        event.preventDefault();
        this.close();
      }
    }

    choose(at) {
      const option = this.options[at];
      this.input.value = option.label;
      this.close();
      this.chosen(option);
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  };
})();
