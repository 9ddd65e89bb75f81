// What the page does beyond HTML: charts, sliders, sorting, and the slice viewer once it is asked for.
import Tablesort from "tablesort";
import { drawCharts } from "./charts.js";
import { connectOverlays } from "./overlays.js";

window.Tablesort = Tablesort;

function sortTables() {
  // Tablesort turns the order of its comparisons round.
  Tablesort.extend("number", () => false, (a, b) => parseFloat(b) - parseFloat(a));
  for (const table of document.querySelectorAll("table.sortable")) {
    new Tablesort(table);
    for (const header of table.tHead.querySelectorAll("th")) {
      header.removeAttribute("tabindex"); // the button in it has the focus
    }
  }
}

function connectSlider(figure) {
  const input = figure.querySelector("input[type=range]");
  const images = [...figure.querySelectorAll("img")];
  const show = () => {
    images.forEach((image, index) => (image.hidden = index !== Number(input.value)));
    const step = images[input.value].dataset.step;
    figure.querySelector("output").textContent = step;
    input.setAttribute("aria-valuetext", step);
  };
  input?.addEventListener("input", show);
}

// A table that is wider than its place says so.
function hintAtScrolling() {
  const tell = (entries) => {
    for (const { target } of entries) {
      const wide = target.scrollWidth > target.clientWidth + 1;
      target.classList.toggle("wide", wide);
      target.nextElementSibling.hidden = !wide;
    }
  };
  const observer = new ResizeObserver(tell);
  document.querySelectorAll(".scroll").forEach((table) => observer.observe(table));
}

async function unpacked(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

// The viewer is large, so that its code is unpacked and run only here.
async function openViewer(volumes) {
  const button = document.getElementById("viewer-open");
  const message = document.getElementById("viewer-message");
  if (!document.createElement("canvas").getContext("webgl2")) {
    message.textContent = "This browser has no WebGL 2, which the viewer needs; the pictures above show the main slices.";
    return;
  }
  button.disabled = true;
  message.textContent = "Loading the viewer ...";
  try {
    const script = document.createElement("script");
    script.textContent = await unpacked(document.getElementById("viewer-code").textContent);
    document.body.append(script);
    await window.brainmvpViewer(volumes);
    button.hidden = true;
    message.textContent = "";
  } catch (error) {
    button.disabled = false;
    message.textContent = `The viewer could not be opened (${error.message}); the pictures above show the main slices.`;
  }
}

const data = JSON.parse(document.getElementById("data").textContent);
sortTables();
document.querySelectorAll(".slides").forEach(connectSlider);
drawCharts(data.charts);
connectOverlays();
hintAtScrolling();
document.getElementById("viewer-open")?.addEventListener("click", () => openViewer(data.volumes));
