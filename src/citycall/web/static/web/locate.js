// "Use my location": fills the hidden point from the device. Without it the place is described.

const box = document.querySelector("[data-locate]");

function field(name) {
  return document.getElementById(`id_${name}`);
}

function put(latitude, longitude, accuracy) {
  field("latitude").value = latitude;
  field("longitude").value = longitude;
  field("accuracy").value = accuracy;
}

if (box && "geolocation" in navigator) {
  const ask = box.querySelector("[data-locate-ask]");
  const remove = box.querySelector("[data-locate-remove]");
  const status = box.querySelector("[data-locate-status]");

  const show = (words, known) => {
    status.textContent = words;
    remove.hidden = !known;
  };

  ask.hidden = false;
  remove.hidden = !field("latitude").value;
  ask.addEventListener("click", () => {
    show(box.dataset.asking, false);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const accuracy = Math.round(coords.accuracy);
        put(coords.latitude.toFixed(6), coords.longitude.toFixed(6), accuracy);
        show(box.dataset.found.replace("%s", accuracy), true);
      },
      (error) => {
        const refused = error.code === error.PERMISSION_DENIED;
        show(refused ? box.dataset.refused : box.dataset.failed, Boolean(field("latitude").value));
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  });
  remove.addEventListener("click", () => {
    put("", "", "");
    show("", false);
    ask.focus();
  });
}
