// Photos that were chosen for a report on this device: made smaller, shown, and taken out again.

(() => {
  "use strict";

  const LONGEST_SIDE = 2048;
  const QUALITY = 0.85;

  // Large pictures are made smaller here, so that they fit the device and a slow connection. What
  // the browser cannot read goes as it is: the server reads more kinds.
  async function smaller(file) {
    let picture = null;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return file;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return made ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
  }

  globalThis.CityCallPhotos = class {
    constructor(input, { list, template, words, most, tell }) {
      Object.assign(this, { input, list, template, words, most, tell });
      this.photos = [];
      input.addEventListener("change", () => this.add([...input.files]));
    }

    async add(files) {
      this.input.value = "";
      const room = this.most - this.photos.length;
      for (const file of files.slice(0, room)) this.photos.push(await smaller(file));
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
