// The controls of the slices: what is drawn over which image, and the window of greys.
const element = (name) => document.getElementById(`overlay-${name}`);

// Greys from `low` to `high`, as shares of all, become black to white.
function setWindow(figures) {
  const centre = element("centre").value / 100;
  const width = (200 - element("width").value) / 100;
  figures.style.setProperty("--brightness", 1 / (2 * centre));
  figures.style.setProperty("--contrast", (2 * centre) / width);
}

function setLayers(figures) {
  const show = document.querySelector("input[name=overlay-show]:checked").value;
  const set = element("set").value;
  figures.classList.toggle("filled", element("filled").checked);
  for (const layer of figures.querySelectorAll("g.prediction")) {
    layer.toggleAttribute("hidden", layer.dataset.set !== set || !["both", "prediction"].includes(show));
  }
  for (const layer of figures.querySelectorAll("g.reference")) {
    layer.toggleAttribute("hidden", !["both", "reference"].includes(show));
  }
}

// A case without the image that is asked for keeps its first one.
function setImage(figures) {
  for (const plane of figures.querySelectorAll(".plane")) {
    const images = [...plane.querySelectorAll("img")];
    const chosen = images.find((image) => image.dataset.modality === element("image").value) ?? images[0];
    images.forEach((image) => (image.hidden = image !== chosen));
  }
}

function moveWindow(figures) {
  figures.addEventListener("pointermove", (event) => {
    if (event.buttons & 1 && event.target.closest(".plane")) {
      element("width").value = Number(element("width").value) + event.movementX / 2;
      element("centre").value = Number(element("centre").value) + event.movementY / 4;
      setWindow(figures);
    }
  });
}

export function connectOverlays() {
  const controls = element("controls");
  const figures = document.querySelector(".overlays");
  if (!controls) {
    return;
  }
  controls.hidden = false;
  element("reset").addEventListener("click", () => {
    element("centre").value = 50;
    element("width").value = 100;
    setWindow(figures);
  });
  controls.addEventListener("input", () => {
    setLayers(figures);
    setImage(figures);
    setWindow(figures);
  });
  moveWindow(figures);
}
