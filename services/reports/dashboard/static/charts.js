// Draws each chart of a board from the table that stands behind it. The tables stay, folded, for
// who can't see the drawing; without this script they are simply open.
"use strict";

const COLOURS = ["#a3201a", "#c98a12", "#1f5fbf"];
const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;

function readTable(part) {
  const heads = [...part.querySelectorAll("thead th")].slice(1).map((each) => each.firstChild.textContent.trim());
  const rows = [...part.querySelectorAll("tbody tr")].map((row) => ({
    label: row.dataset.short,
    whole: row.cells[0].textContent,
    values: [...row.querySelectorAll("td")].map((cell) => Number(cell.dataset.value)),
    shown: [...row.querySelectorAll("td")].map((cell) => cell.textContent),
    links: [...row.querySelectorAll("td a")].map((link) => link.href),
  }));
  return { heads, rows };
}

function optionsOf(kind, unit, { heads, rows }, size) {
  const lying = kind === "bars";
  const shown = lying ? [...rows].reverse() : rows; // the first row is to be on top
  const labels = { type: "category", data: shown.map((row) => row.label), axisTick: { show: false }, axisLine: { lineStyle: { color: "#b9b2a8" } }, axisLabel: { color: "#43474f", fontSize: size, hideOverlap: !lying, ...(lying ? { width: size * 11, overflow: "truncate" } : {}) } };
  const amounts = { type: "value", minInterval: 1, splitNumber: 4, axisLabel: { color: "#565b66", fontSize: size }, splitLine: { lineStyle: { color: "#ece8e2" } } };
  return {
    animation: !STILL,
    animationDuration: 500,
    color: COLOURS,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 4, right: lying ? size * 4 : 12, top: heads.length > 1 ? size * 2.6 : 14, bottom: 4, containLabel: true },
    legend: { show: heads.length > 1, top: 0, right: 0, itemWidth: 16, itemHeight: 9, textStyle: { color: "#43474f", fontSize: size } },
    tooltip: {
      trigger: lying ? "item" : "axis", renderMode: "richText", confine: true, textStyle: { fontSize: size },
      formatter: (given) => {
        const places = [given].flat();
        const row = shown[places[0].dataIndex];
        return [row.whole, ...places.map((one) => `${one.seriesName}: ${row.shown[one.seriesIndex]} ${unit}`)].join("\n");
      },
    },
    xAxis: lying ? { ...amounts, axisLabel: { show: false } } : labels,
    yAxis: lying ? labels : amounts,
    series: heads.map((name, place) => ({
      name,
      type: kind === "line" ? "line" : "bar",
      cursor: "pointer",
      barMaxWidth: lying ? 20 : 26,
      showSymbol: false, symbolSize: 7, smooth: 0.25, smoothMonotone: "x", lineStyle: { width: 2.5 },
      areaStyle: kind === "line" && place === 0 ? { opacity: 0.1 } : undefined,
      itemStyle: kind === "line" ? {} : { borderRadius: lying ? [0, 4, 4, 0] : [4, 4, 0, 0] },
      label: { show: lying, position: "right", color: "#1d1f24", fontSize: size, formatter: (one) => shown[one.dataIndex].shown[place] },
      data: shown.map((row) => row.values[place]),
    })),
  };
}

function draw(part) {
  const place = part.querySelector(".drawing");
  if (!place) return;
  if (place.dataset.draw === "map") { drawMap(part, place); return; }
  const table = readTable(part);
  const lying = place.dataset.draw === "bars";
  place.hidden = false;
  const size = Math.max(11, Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 0.78));
  let chart = echarts.getInstanceByDom(place);
  if (!chart) {
    chart = echarts.init(place, null, { renderer: "svg" });
    chart.on("rendered", () => { // so that paper can scale it
      place.querySelector("svg").setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    });
    part.querySelector("details").open = false;
    part.classList.add("drawn");
    new ResizeObserver(() => { if (!matchMedia("print").matches) chart.resize(); }).observe(place);
    chart.on("click", (one) => { location.href = chart.links[one.dataIndex][one.seriesIndex]; });
  }
  chart.links = (lying ? [...table.rows].reverse() : table.rows).map((row) => row.links);
  chart.setOption(optionsOf(place.dataset.draw, place.dataset.unit, table, size));
}

function drawAll(board) {
  for (const part of board.querySelectorAll("[data-part]")) draw(part);
}
