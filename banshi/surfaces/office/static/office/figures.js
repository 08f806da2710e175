// Draws each section's chart from the same numbers as its table, and flips between the two.
const asked = document.getElementById("charts");
const charts = asked ? JSON.parse(asked.textContent) : {};
const css = getComputedStyle(document.documentElement);
const colour = (name) => css.getPropertyValue(`--${name}`).trim();
const tones = { blue: colour("blue"), jade: colour("jade"), amber: colour("amber"), vermilion: colour("vermilion"), light: "#9db8d6", ghost: colour("muted") };
const text = { color: colour("muted"), fontFamily: css.getPropertyValue("--font"), fontSize: 13 };
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const drawn = [];

function series(one, chart) {
  const line = one.line || chart.kind === "line";
  return {
    name: one.name,
    type: line ? "line" : "bar",
    data: one.data,
    stack: one.stack,
    barMaxWidth: 26,
    connectNulls: false,
    symbolSize: 6,
    itemStyle: { color: tones[one.tone] },
    lineStyle: line ? { width: one.ghost ? 1.5 : 2.5, type: one.ghost ? "dashed" : "solid", color: tones[one.tone] } : undefined,
    symbol: one.ghost ? "none" : undefined,
    z: one.ghost ? 1 : 2,
    label: chart.series.length === 1 && chart.labels.length <= 24 ? { show: true, position: chart.lying ? "right" : "top", color: colour("ink") } : undefined,
  };
}

function option(chart) {
  const names = { type: "category", data: chart.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("edge") } }, axisLabel: { ...text, interval: chart.lying ? 0 : "auto", width: chart.lying ? 150 : undefined, overflow: "truncate", hideOverlap: true }, inverse: Boolean(chart.lying) };
  const values = { type: "value", min: 0, max: chart.most, minInterval: chart.unit === "%" ? undefined : 1, splitNumber: 4, splitLine: { lineStyle: { color: colour("line") } }, axisLabel: text };
  const all = chart.series.map((one) => series(one, chart));
  if (chart.target) {
    all.push({ type: "line", name: "", data: chart.labels.map(() => chart.target), symbol: "none", silent: true, lineStyle: { type: "dashed", width: 1.5, color: colour("muted") } });
  }
  return {
    animation: !still,
    animationDuration: 200,
    textStyle: text,
    grid: { left: 8, right: chart.lying ? 44 : 12, top: 22, bottom: 4, containLabel: true },
    xAxis: chart.lying ? values : names,
    yAxis: chart.lying ? names : values,
    series: all,
  };
}

// The small build of ECharts has no legend of its own.
function legend(chart) {
  const list = document.createElement("ul");
  list.className = "chart-legend";
  for (const one of chart.series) {
    const entry = document.createElement("li");
    entry.dataset.tone = one.tone;
    entry.dataset.ghost = String(Boolean(one.ghost));
    entry.dataset.line = String(Boolean(one.line) || chart.kind === "line");
    entry.textContent = one.name;
    list.append(entry);
  }
  const unit = document.createElement("li");
  unit.className = "chart-legend__unit";
  unit.textContent = chart.title ? `${chart.title}, ${chart.unit}` : chart.unit;
  list.append(unit);
  return list;
}

function draw(section) {
  const chart = charts[section.dataset.figure];
  const box = section.querySelector(".chart");
  if (!chart || !box || !window.echarts) return;
  box.hidden = false;
  box.before(legend(chart));
  section.classList.add("is-chart");
  box.classList.toggle("is-tall", Boolean(chart.lying) && chart.labels.length > 10);
  const instance = window.echarts.init(box, null, { renderer: "canvas" });
  instance.setOption(option(chart));
  drawn.push(instance);
  const flip = section.querySelector("[data-flip]");
  flip.hidden = false;
  flip.addEventListener("click", () => {
    const table = section.classList.toggle("is-chart") === false;
    box.hidden = table;
    flip.setAttribute("aria-pressed", String(table));
    if (!table) instance.resize();
  });
}

for (const section of document.querySelectorAll("[data-figure]")) draw(section);
addEventListener("resize", () => drawn.forEach((one) => one.resize()));
addEventListener("beforeprint", () => drawn.forEach((one) => one.resize()));
document.body.dataset.drawn = String(drawn.length);
