// The slice viewer: NiiVue with plain controls.
import { DRAG_MODE, NVImage, Niivue } from "@niivue/niivue";

const kPlaneAxes = [2, 1, 0, 2]; // the axis that the slice slider moves along

const element = (name) => document.getElementById(`viewer-${name}`);

function bytesOf(id) {
  return Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0)).buffer;
}

// A table of colours by label value; the background is clear.
function labelColours(entries) {
  const table = { R: [0], G: [0], B: [0], A: [0], I: [0], labels: [""] };
  for (const { value, name, rgb } of entries) {
    ["R", "G", "B"].forEach((channel, index) => table[channel].push(rgb[index]));
    table.A.push(255);
    table.I.push(value);
    table.labels.push(name);
  }
  return table;
}

// Only the voxels of a label that touch another one. Of a reference every second, so that it looks dashed beside a prediction.
function bordersOf(values, [width, height, depth], isDashed) {
  const borders = values.slice();
  const steps = [1, width, width * height];
  for (let z = 1; z < depth - 1; z++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = x + width * (y + height * z);
        const isInside = steps.every((step) => values[at - step] === values[at] && values[at + step] === values[at]);
        if (isInside || (isDashed && (x + y + z) % 2 === 1)) {
          borders[at] = 0;
        }
      }
    }
  }
  return borders;
}

async function labelVolume(layer, labels) {
  const volume = await NVImage.new(bytesOf(layer.data), `${layer.name}.nii.gz`);
  volume.setColormapLabel(labelColours(labels));
  const values = volume.img;
  return { volume, filled: values, contours: bordersOf(values, volume.hdr.dims.slice(1, 4), layer.kind === "reference") };
}

class Viewer {
  constructor(volumes) {
    this.volumes = volumes;
    this.niivue = new Niivue({
      logLevel: "error",
      dragAndDropEnabled: false,
      scrollRequiresFocus: true,
      isSliceMM: true,
      crosshairWidth: 0.5,
      crosshairColor: [0.45, 0.45, 0.45, 1],
      multiplanarShowRender: 0,
      dragMode: DRAG_MODE.contrast,
      dragModePrimary: DRAG_MODE.windowing,
      fontColor: [0.85, 0.85, 0.85, 1],
    });
  }

  async open() {
    await this.niivue.attachToCanvas(element("canvas"), false);
    this.niivue.onLocationChange = () => this.followCrosshair();
    this.volumes.cases.forEach((entry, index) => element("case").add(new Option(entry.label, index)));
    element("case").addEventListener("change", () => this.showCase());
    element("plane").addEventListener("change", () => this.showPlane());
    element("slice").addEventListener("input", () => this.showSlice());
    element("opacity").addEventListener("input", () => this.showLayers());
    element("filled").addEventListener("change", () => this.showContours());
    element("image").addEventListener("change", () => this.showImage());
    await this.showCase();
  }

  async showCase() {
    const entry = this.volumes.cases[element("case").value];
    const before = element("image").value;
    element("image").replaceChildren(...entry.images.map(({ name }) => new Option(name)));
    element("image").value = entry.images.some(({ name }) => name === before) ? before : entry.images[0].name;
    this.makeCheckboxes(entry.layers);
    await this.showImage();
    this.niivue.scene.crosshairPos = [...entry.lesion];
    this.showPlane();
  }

  // The image, with the labels over it, where the crosshair was.
  async showImage() {
    const entry = this.volumes.cases[element("case").value];
    const image = entry.images[element("image").selectedIndex];
    const place = [...this.niivue.scene.crosshairPos];
    while (this.niivue.volumes.length > 0) {
      this.niivue.removeVolume(this.niivue.volumes[0]);
    }
    this.niivue.addVolume(await NVImage.new(bytesOf(image.data), "image.nii.gz", "gray"));
    this.layers = await Promise.all(entry.layers.map((layer) => labelVolume(layer, this.volumes.labels)));
    this.layers.forEach(({ volume }) => this.niivue.addVolume(volume));
    this.niivue.scene.crosshairPos = place;
    this.showContours();
    this.showLayers();
  }

  showContours() {
    for (const layer of this.layers) {
      layer.volume.img = element("filled").checked ? layer.filled : layer.contours;
    }
    this.niivue.updateGLVolume();
  }

  makeCheckboxes(layers) {
    const boxes = layers.map((layer, index) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = index === 0 || layer.kind === "reference";
      box.addEventListener("change", () => this.showLayers());
      label.append(box, ` ${layer.name}`);
      return label;
    });
    element("layers").replaceChildren(element("layers").querySelector("legend"), ...boxes);
  }

  showLayers() {
    const opacity = element("opacity").value / 100;
    element("layers")
      .querySelectorAll("input")
      .forEach((box, index) => this.niivue.setOpacity(index + 1, box.checked ? opacity : 0));
  }

  showPlane() {
    const plane = Number(element("plane").value);
    this.axis = kPlaneAxes[plane];
    this.count = this.niivue.volumes[0].dimsRAS[this.axis + 1];
    element("slice").max = this.count - 1;
    this.niivue.setSliceType(plane);
    this.followCrosshair();
  }

  showSlice() {
    const place = [...this.niivue.scene.crosshairPos];
    place[this.axis] = (Number(element("slice").value) + 0.5) / this.count;
    this.niivue.scene.crosshairPos = place;
    this.niivue.drawScene();
    this.tellPlace();
  }

  followCrosshair() {
    element("slice").value = Math.floor(this.niivue.scene.crosshairPos[this.axis] * this.count);
    this.tellPlace();
  }

  tellPlace() {
    const text = `${Number(element("slice").value) + 1} of ${this.count}`;
    element("place").textContent = text;
    element("slice").setAttribute("aria-valuetext", text);
  }
}

window.brainmvpViewer = async (volumes) => {
  element("panel").hidden = false; // the canvas takes its size from the page
  await new Viewer(volumes).open();
};
