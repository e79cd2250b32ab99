// Draws the stations where they lie to each other, from the list that stands beneath. North is up,
// and a metre is as long to the east as to the north. Nothing else is drawn, and nobody is asked.
"use strict";

const SHADES = ["#d9d3ca", "#f0c2a8", "#e08e6c", "#c8523b", "#8c1a14"]; // as the tiles' edges
const LEAST_METRES = 400; // across, if all lie close together
const ROOMY = 600; // pixels: room for words beside names
const LATE = "#b3261e", SOON = "#c98a12", EDGE = "#7d766c";
const SUFFIX = /(社区| Community| Sub-district| \(.*)$/; // of names, needless beside each other

function readTiles(part) {
  return [...part.querySelectorAll("li.tile[data-east]")].map((tile) => {
    const link = tile.querySelector("h3 a");
    const { east, north, shade, level, overdue, soon, shown } = tile.dataset;
    return { name: link.textContent, short: link.textContent.replace(SUFFIX, ""), href: link.href, east: +east, north: +north, shade: +shade, level, overdue: +overdue, soon: +soon, shown };
  });
}

function span(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return { middle: (least + most) / 2, length: Math.max(most - least, LEAST_METRES) };
}

function mapOptions(tiles, place, size, width, height) {
  const [across, up] = [span(tiles.map((one) => one.east)), span(tiles.map((one) => one.north))];
  const wide = width >= ROOMY;
  const dot = Math.max(12, Math.min(size * 1.6, Math.min(width, height) / 18));
  const [side, top] = [size * (wide ? 10 : 7.5), size * 1.6 + dot]; // room for the outermost names, in pixels
  const scale = Math.max(across.length / Math.max(width - 2 * side, 60), up.length / Math.max(height - 2 * top, 60)); // metres a pixel
  const axis = (middle, pixels) => ({ type: "value", show: false, min: middle - pixels * scale / 2, max: middle + pixels * scale / 2 });
  const waits = (one) => (!wide ? "" : one.overdue ? ` {o|${place.dataset.overdue} ${one.overdue}}` : one.soon ? ` {s|${place.dataset.soon} ${one.soon}}` : "");
  const beside = (one) => { // names stand outside, where there is room
    const [right, above] = [one.east - across.middle, one.north - up.middle];
    if (Math.abs(right) < across.length / 12) return above > up.length / 12 ? "top" : "bottom";
    return right > 0 ? "right" : "left";
  };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    tooltip: {
      trigger: "item", renderMode: "richText", confine: true, textStyle: { fontSize: size },
      formatter: ({ data: { one } }) => [one.name, `${one.shown} ${place.dataset.unit}`, ...(one.overdue ? [`${place.dataset.overdue} ${one.overdue}`] : []), ...(one.soon ? [`${place.dataset.soon} ${one.soon}`] : [])].join("\n"),
    },
    xAxis: axis(across.middle, width),
    yAxis: axis(up.middle, height),
    series: [{
      type: "scatter", cursor: "pointer",
      data: tiles.map((one) => ({
        one,
        value: [one.east, one.north],
        label: { position: beside(one) },
        symbol: one.level === "station" ? "circle" : "diamond",
        symbolSize: one.level === "station" ? dot : dot * 1.35,
        itemStyle: { color: SHADES[one.shade], borderColor: one.overdue ? LATE : one.soon ? SOON : EDGE, borderWidth: one.overdue || one.soon ? 3 : 1 },
      })),
      label: {
        show: true, distance: 4, color: "#1d1f24", fontSize: size,
        formatter: ({ data: { one } }) => `${one.short} {n|${one.shown}}${waits(one)}`,
        rich: { n: { color: "#43474f", fontSize: size * 0.92, fontWeight: "bold" }, o: { color: LATE, fontSize: size * 0.85, fontWeight: "bold" }, s: { color: "#8a5300", fontSize: size * 0.85 } },
      },
      labelLayout: { hideOverlap: true },
    }],
  };
}

function drawMap(part, place) {
  const tiles = readTiles(part);
  place.hidden = false;
  part.querySelector("figcaption").hidden = false;
  const size = Math.max(11, Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 0.78));
  let chart = echarts.getInstanceByDom(place);
  if (!chart) {
    chart = echarts.init(place, null, { renderer: "svg" });
    chart.on("rendered", () => place.querySelector("svg").setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`)); // so that paper can scale it
    part.classList.add("drawn");
    new ResizeObserver(() => { if (!matchMedia("print").matches) { chart.resize(); drawMap(part, place); } }).observe(place);
    chart.on("click", ({ data }) => { location.href = data.one.href; });
  }
  chart.setOption(mapOptions(tiles, place, size, chart.getWidth(), chart.getHeight()), { notMerge: true });
}
