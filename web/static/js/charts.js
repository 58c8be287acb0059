// Charts: each <div data-chart="id"> draws the JSON of <script id="id">. Colours tell nothing alone; tables stand behind.
import { _ } from "./i18n.js";

// Okabe & Ito (2008): told apart by colour-blind people, and in grey
const BLUE = "#0072B2";
const ORANGE = "#D55E00";
const SKY = "#56B4E9";
const dark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
const blue = () => (dark() ? SKY : BLUE);
const lines = () => [blue(), ORANGE, "#009E73", "#CC79A7", dark() ? "#F0E442" : "#8A6D00"];

const style = () => getComputedStyle(document.documentElement);
const ink = () => style().getPropertyValue("--tblr-body-color").trim() || "#222";
const line = () => style().getPropertyValue("--tblr-border-color").trim() || "#ccc";

const base = () => ({
  animation: false,
  textStyle: { color: ink(), fontFamily: style().getPropertyValue("--tblr-font-sans-serif") },
  tooltip: { trigger: "item", renderMode: "richText", confine: true },
  aria: { enabled: false },
});
const axis = (more = {}) => ({
  axisLabel: { color: ink() },
  axisLine: { lineStyle: { color: line() } },
  splitLine: { lineStyle: { color: line() } },
  ...more,
});

const builders = {
  intervals(v) {
    return {
      ...base(),
      grid: { left: 8, right: 24, top: 28, bottom: 8, containLabel: true },
      xAxis: axis({ type: "value", min: (r) => Math.max(0, Math.floor((r.min - 5) / 10) * 10), max: 100 }),
      yAxis: axis({ type: "category", data: v.names.map((name, i) => `${name} n=${v.n[i]}`) }),
      series: [
        {
          type: "custom",
          renderItem(params, api) {
            const [low, high] = [api.value(1), api.value(2)];
            if (Number.isNaN(low)) return null;
            const a = api.coord([low, api.value(0)]);
            const b = api.coord([high, api.value(0)]);
            return {
              type: "group",
              children: [
                { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: blue(), lineWidth: 2 } },
                { type: "line", shape: { x1: a[0], y1: a[1] - 5, x2: a[0], y2: a[1] + 5 }, style: { stroke: blue(), lineWidth: 2 } },
                { type: "line", shape: { x1: b[0], y1: b[1] - 5, x2: b[0], y2: b[1] + 5 }, style: { stroke: blue(), lineWidth: 2 } },
              ],
            };
          },
          data: v.intervals.map(([low, high], i) => [i, low ?? NaN, high ?? NaN]),
          encode: { x: [1, 2], y: 0 },
          silent: true,
        },
        {
          type: "scatter",
          symbolSize: 9,
          itemStyle: { color: blue() },
          data: v.values.map((value, i) => [value, i]),
          tooltip: { formatter: (p) => _("%(name)s：%(value)s（n=%(n)s）", { name: v.names[p.dataIndex], value: v.values[p.dataIndex], n: v.n[p.dataIndex] }) },
          markLine: v.mean === null ? undefined : { symbol: "none", data: [{ xAxis: v.mean }], lineStyle: { color: ORANGE, type: "dashed" }, label: { formatter: _("平均 %(value)s", { value: v.mean }), color: ink(), position: "end" } },
        },
      ],
    };
  },
  heat(v) {
    return {
      ...base(),
      tooltip: { ...base().tooltip, formatter: (p) => _("%(name)s · %(item)s：%(rate)s%（未达标 %(m)s / %(n)s 段）", { name: v.people[p.value[1]], item: v.clauses[p.value[0]], rate: p.value[2], n: p.value[3], m: p.value[4] }) },
      grid: { left: 8, right: 8, top: 8, bottom: 56, containLabel: true },
      xAxis: axis({ type: "category", data: v.clauses, axisLabel: { color: ink(), rotate: 40, width: 90, overflow: "truncate", interval: 0 } }),
      yAxis: axis({ type: "category", data: v.people, inverse: true, axisLabel: { color: ink(), interval: 0 } }),
      visualMap: { dimension: 2, min: 0, max: 100, calculable: false, orient: "horizontal", left: "center", bottom: 0, text: ["100%", "0%"], textStyle: { color: ink() }, inRange: { color: ["#D55E00", "#F5C08A", "#F7F7F7", "#B5DCF3", "#56B4E9"] } },
      series: [{ type: "heatmap", data: v.data, label: { show: true, formatter: (p) => p.value[2], color: "#111" }, itemStyle: { borderColor: "#fff", borderWidth: 1 } }],
    };
  },
  trend(v) {
    return {
      ...base(),
      tooltip: { ...base().tooltip, trigger: "axis" },
      legend: { top: 0, textStyle: { color: ink() }, data: [_("平均得分"), _("班组中位数")] },
      grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
      xAxis: axis({ type: "category", data: v.periods.map((p, i) => `${p}\nn=${v.n[i]}`) }),
      yAxis: axis({ type: "value", min: (r) => Math.max(0, Math.floor((r.min - 5) / 10) * 10), max: 100 }),
      series: [
        { name: _("区间下限"), type: "line", data: v.low, stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } },
        { name: _("95% 区间"), type: "line", data: v.low.map((low, i) => (low === null || v.high[i] === null ? null : +(v.high[i] - low).toFixed(1))), stack: "band", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: SKY, opacity: 0.35 }, silent: true, tooltip: { show: false } },
        { name: _("平均得分"), type: "line", data: v.values, itemStyle: { color: blue() }, lineStyle: { width: 2 }, symbolSize: 7 },
        { name: _("班组中位数"), type: "line", data: v.team, itemStyle: { color: ORANGE }, lineStyle: { type: "dashed" }, symbol: "diamond", symbolSize: 7 },
      ],
    };
  },
  lines(v) {
    return {
      ...base(),
      tooltip: { ...base().tooltip, trigger: "axis" },
      legend: { top: 0, left: 0, textStyle: { color: ink() } },
      grid: { left: 8, right: 24, top: window.innerWidth < 600 ? 130 : 60, bottom: 8, containLabel: true },
      xAxis: axis({ type: "category", data: v.periods }),
      yAxis: axis({ type: "value", axisLabel: { color: ink(), formatter: "{value}%" } }),
      series: v.series.map((one, i) => ({ name: one.name, type: "line", data: one.data, symbol: ["circle", "diamond", "triangle", "rect", "pin"][i % 5], symbolSize: 8, itemStyle: { color: lines()[i % 5] }, lineStyle: { color: lines()[i % 5], type: ["solid", "dashed", "dotted"][i % 3] } })),
    };
  },
  distribution(v) {
    const mark = v.own === null ? undefined : { symbol: "none", data: [{ xAxis: v.ownBin }], lineStyle: { color: ORANGE, width: 2 }, label: { formatter: v.ownName, color: ink() } };
    return {
      ...base(),
      grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
      xAxis: axis({ type: "category", data: v.bins }),
      yAxis: axis({ type: "value", minInterval: 1 }),
      series: [{ type: "bar", data: v.counts, itemStyle: { color: blue() }, barCategoryGap: "5%", markLine: mark }],
    };
  },
};

const drawn = [];

function draw(place) {
  const values = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption(builders[values.kind](values));
  // a cell opens the recordings behind it; one without a miss has none to show
  if (values.list) {
    chart.on("click", ({ value }) => {
      if (value?.[4]) window.location.href = `${values.list}&technician=${values.technicians[value[1]]}&item=${encodeURIComponent(values.items[value[0]])}`;
    });
  }
  drawn.push([chart, values]);
}

window.addEventListener("load", () => {
  document.querySelectorAll("[data-chart]").forEach(draw);
});
window.addEventListener("resize", () => drawn.forEach(([chart]) => chart.resize()));
window.addEventListener("beforeprint", () => drawn.forEach(([chart]) => chart.resize()));
document.addEventListener("tingjian:theme", () => drawn.forEach(([chart, values]) => chart.setOption(builders[values.kind](values), true)));

// filters act at once; the button stays for those without scripts
document.querySelectorAll("form[data-auto-submit] select").forEach((select) => select.addEventListener("change", () => select.form.requestSubmit()));
document.querySelectorAll("select[data-go]").forEach((select) => select.addEventListener("change", () => { window.location.href = select.value + window.location.search; }));
