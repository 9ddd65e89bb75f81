// Line charts with uPlot, in the colours of the page.
import uPlot from "uplot";

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const shown = (value) => (value == null ? "\u2013" : Number(value.toPrecision(4)).toLocaleString("en-US", { maximumSignificantDigits: 4 }).replaceAll(",", "\u202f"));

// Values of x must grow for uPlot; those of the upright parts of a ROC curve do not.
function growing(values) {
  const result = [];
  for (const value of values) {
    result.push(result.length > 0 && value <= result.at(-1) ? result.at(-1) + 1e-9 : value);
  }
  return result;
}

// One data table of all curves, and their series.
function aligned(curves) {
  const tables = [];
  const series = [];
  for (const curve of curves) {
    const colour = style(`--c${curve.colour % 8}`);
    const line = { label: curve.label, stroke: colour, width: 2, spanGaps: true, value: (_, value) => shown(value) };
    const dash = curve.dash ? [5, 5] : Math.floor(curve.colour / 8) ? [8, 3] : undefined;
    const points = { show: Boolean(curve.points), size: 6, fill: colour };
    const table = [growing(curve.x), curve.y];
    if (curve.smooth) {
      series.push({ ...line, class: "raw", stroke: `${colour}55`, width: 1, points: { show: false } });
      table.push(curve.smooth);
    }
    series.push({ ...line, dash, points, width: curve.dash ? 1 : 2 });
    tables.push(table);
  }
  return { data: uPlot.join(tables), series };
}

function draw(chart, logarithmic) {
  const area = document.getElementById(chart.id);
  const square = area.closest(".square") !== null;
  const { data, series } = aligned(chart.curves);
  const axis = {
    stroke: style("--muted"),
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    grid: { stroke: style("--grid"), width: 1 },
    ticks: { stroke: style("--grid"), width: 1, size: 4 },
  };
  const positive = data.slice(1).every((values) => values.every((value) => value == null || value > 0));
  const plot = new uPlot(
    {
      width: area.clientWidth,
      height: square ? 340 : 230,
      cursor: { sync: { key: square ? chart.id : chart.x } },
      scales: {
        x: square ? { time: false, range: [0, 1] } : { time: false },
        y: square ? { range: [0, 1] } : { distr: logarithmic && positive ? 3 : 1 },
      },
      axes: [
        { ...axis, label: chart.x, labelSize: 18, size: 34, values: (_, splits) => splits.map(shown) },
        { ...axis, label: chart.y, labelSize: 18, size: 52, values: (_, splits) => splits.map((value) => (value == null ? "" : shown(value))) },
      ],
      series: [{ label: chart.x, value: (_, value) => shown(value) }, ...series],
    },
    data,
    area,
  );
  return { area, plot };
}

export function drawCharts(charts) {
  const box = document.getElementById("log-scale");
  let drawn = [];
  const redraw = () => {
    for (const { plot } of drawn) {
      plot.destroy();
    }
    drawn = charts.map((chart) => draw(chart, Boolean(box?.checked)));
  };
  const resize = new ResizeObserver(() => {
    for (const { area, plot } of drawn) {
      if (area.clientWidth > 0 && area.clientWidth !== plot.width) {
        plot.setSize({ width: area.clientWidth, height: plot.height });
      }
    }
  });
  redraw();
  drawn.forEach(({ area }) => resize.observe(area));
  box?.addEventListener("change", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  // Paper is white whatever the screen is.
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
    redraw();
  });
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.theme;
    redraw();
  });
}
