// A field to sign in with a finger, a pen or a mouse. What is kept are the strokes, in thousandths
// of the field, and no picture.

(() => {
  "use strict";

  const SIDE = 1000;

  globalThis.CityCallCrew.Signature = class {
    constructor(canvas, changed) {
      this.canvas = canvas;
      this.changed = changed;
      this.strokes = [];
      this.stroke = null;
      canvas.addEventListener("pointerdown", (event) => this.begin(event));
      canvas.addEventListener("pointermove", (event) => this.go(event));
      for (const name of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(name, () => this.end());
      }
    }

    at(event) {
      const box = this.canvas.getBoundingClientRect();
      return [
        Math.round(((event.clientX - box.left) / box.width) * SIDE),
        Math.round(((event.clientY - box.top) / box.height) * SIDE),
      ];
    }

    begin(event) {
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.stroke = [this.at(event)];
      this.strokes.push(this.stroke);
    }

    go(event) {
      if (!this.stroke) return;
      this.stroke.push(this.at(event));
      this.draw();
    }

    end() {
      if (!this.stroke) return;
      this.stroke = null;
      this.changed();
    }

    set(strokes) {
      this.strokes = strokes;
      this.draw();
    }

    draw() {
      const { width, height } = this.canvas;
      const context = this.canvas.getContext("2d");
      context.clearRect(0, 0, width, height);
      context.lineWidth = 4;
      context.lineCap = context.lineJoin = "round";
      for (const stroke of this.strokes) {
        context.beginPath();
        for (const [x, y] of stroke) context.lineTo((x / SIDE) * width, (y / SIDE) * height);
        context.stroke();
      }
    }
  };
})();
