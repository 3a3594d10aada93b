// Photos that were chosen for a report on this device: made smaller, shown, and taken out again.

(() => {
  "use strict";

  const SIZE = { side: 2048, quality: 0.85 };

  globalThis.CityCallPhotos = class {
    constructor(input, { list, template, words, most, tell }) {
      Object.assign(this, { input, list, template, words, most, tell });
      this.photos = [];
      input.addEventListener("change", () => this.add([...input.files]));
    }

    async add(files) {
      this.input.value = "";
      const room = this.most - this.photos.length;
      for (const file of files.slice(0, room)) {
        this.photos.push(await globalThis.CityCallDevice.smaller(file, SIZE));
      }
      this.tell(files.length > room ? this.words.tooMany : "");
      this.show();
    }

    set(photos) {
      this.photos = [...photos].slice(0, this.most);
      this.show();
    }

    show() {
      for (const image of this.list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
      this.list.replaceChildren(...this.photos.map((photo, index) => this.item(photo, index)));
      this.list.hidden = !this.photos.length;
    }

    item(photo, index) {
      const item = this.template.content.cloneNode(true);
      const image = item.querySelector("img");
      image.src = URL.createObjectURL(photo);
      image.alt = this.words.photo.replace("%s", index + 1);
      const button = item.querySelector("button");
      button.textContent = this.words.removePhoto.replace("%s", index + 1);
      button.addEventListener("click", () => {
        this.photos.splice(index, 1);
        this.show();
        this.input.focus();
      });
      return item;
    }
  };
})();
