"use strict";
// report.js - shows the values under the pointer, switches groups on and off, saves the data.
(() => {
  const $ = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const tip = document.getElementById("tip");
  const names = new Map($("[data-run]").map(item => [item.dataset.run, item.querySelector(".name").textContent]));
  const labels = new Map($(".switch").map(button => [button.dataset.switch, button.textContent]));

  // Rows of each run, from the CSV; an empty field is NaN. The text of a number is kept, and shown as it is.
  const text = document.getElementById("csv").textContent.trim().split("\n");
  const columns = text[0].split(",");
  const rows = new Map();
  for (const line of text.slice(1)) {
    const fields = line.split(",");
    if (!rows.has(fields[0])) rows.set(fields[0], []);
    rows.get(fields[0]).push(fields);
  }
  const place = Object.fromEntries(columns.map((name, i) => [name, i]));
  const number = (row, name) => place[name] === undefined || row[place[name]] === "" ? NaN : Number(row[place[name]]);
  const isAmong = (row, records) => records === "early" ? number(row, "step") <= 300 : row[place.record] === "epoch";

  // Groups that are switched off.
  const off = new Set();
  function show() {
    for (const element of $("[data-group]")) element.classList.toggle("off", off.has(element.dataset.group));
    for (const button of $(".switch")) button.setAttribute("aria-pressed", String(!off.has(button.dataset.switch)));
  }
  for (const button of $(".switch"))
    button.addEventListener("click", () => {
      const group = button.dataset.switch;
      off.has(group) ? off.delete(group) : off.add(group);
      show();
    });

  // From a value to a place in the chart and back.
  function axis(chart, name) {
    const [least, most, from, to, log] = chart.dataset["axis" + name].split(",").map(Number);
    const f = log ? Math.log : x => x, g = log ? Math.exp : x => x;
    return {
      from, to,
      place: x => from + (f(x) - f(least)) / (f(most) - f(least)) * (to - from),
      value: p => g(f(least) + (p - from) / (to - from) * (f(most) - f(least))),
    };
  }

  // The rows of a line at the epoch or step that is nearest to x: one of each of its runs, or none where a run has no such row.
  function nearest(chart, runs, x) {
    const key = chart.dataset.records === "early" ? "step" : "epoch", near = row => Math.abs(number(row, chart.dataset.x) - x);
    const first = (rows.get(runs[0]) || []).filter(row => isAmong(row, chart.dataset.records) && !isNaN(near(row)));
    if (!first.length) return [];
    const best = first.reduce((a, b) => near(b) < near(a) ? b : a);
    const all = runs.map(run => (rows.get(run) || []).find(row => isAmong(row, chart.dataset.records) && row[place[key]] === best[place[key]]));
    return all.every(Boolean) ? all : [];
  }

  const short = x => Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5 || x === 0 ? String(Number(x.toPrecision(5))) : x.toExponential(3);
  function figures(values, texts) {
    if (values.length === 1) return texts[0];
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1));
    return short(mean) + " ± " + short(deviation);
  }

  function clear(chart) {
    chart.querySelector(".hover").replaceChildren();
    tip.hidden = true;
  }

  function draw(name, attributes, style) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (style) element.setAttribute("class", style);
    return element;
  }

  // A row of the tip for each line that is shown, in the order of their values, and a dot on the line.
  function entries(chart, x, y, at) {
    const list = [];
    for (const line of $(".line", chart)) {
      if (off.has(line.dataset.group)) continue;
      const runs = line.dataset.runs.split(","), found = nearest(chart, runs, at);
      const values = found.map(row => number(row, chart.dataset.y));
      if (!values.length || values.some(isNaN)) continue;
      const mean = list => list.reduce((a, b) => a + b, 0) / list.length;
      const style = [...line.classList].find(name => /^s\d+$/.test(name));
      list.push({
        style, value: mean(values), where: mean(found.map(row => number(row, chart.dataset.x))),
        name: labels.get(line.dataset.group) + (runs.length > 1 ? " (" + runs.length + " runs)" : labels.size < names.size ? " run " + runs[0] : ""),
        text: figures(values, found.map(row => row[place[chart.dataset.y]])),
        key: chart.dataset.records === "early" ? "step " + found[0][place.step] : "epoch " + found[0][place.epoch],
      });
    }
    return list.sort((a, b) => b.value - a.value);
  }

  function hover(chart, clientX, clientY) {
    const box = chart.getBoundingClientRect(), x = axis(chart, "X"), y = axis(chart, "Y");
    const p = (clientX - box.left) / box.width * chart.viewBox.baseVal.width;
    if (p < x.from - 8 || p > x.to + 8) return clear(chart);
    const list = entries(chart, x, y, x.value(Math.min(Math.max(p, x.from), x.to)));
    const marks = chart.querySelector(".hover");
    marks.replaceChildren();
    if (!list.length) return clear(chart);
    const near = list.reduce((a, b) => Math.abs(x.place(b.where) - p) < Math.abs(x.place(a.where) - p) ? b : a);
    marks.append(draw("line", {x1: x.place(near.where), x2: x.place(near.where), y1: y.to, y2: y.from}));
    for (const entry of list) marks.append(draw("circle", {cx: x.place(entry.where), cy: y.place(entry.value), r: 4}, entry.style));
    fill(chart, list, near);
    tip.hidden = false;
    const width = tip.offsetWidth, height = tip.offsetHeight, left = clientX + 16 + width > innerWidth ? clientX - width - 16 : clientX + 16;
    tip.style.left = Math.max(4, left) + "px";
    tip.style.top = Math.max(4, Math.min(innerHeight - height - 4, clientY + 16)) + "px";
  }

  function fill(chart, list, near) {
    const table = document.createElement("table"), head = document.createElement("b");
    head.textContent = near.key + (chart.dataset.x === "elapsed" ? ", " + short(near.where) + " s" : "");
    for (const entry of list.slice(0, 20)) {
      const row = table.insertRow(), dot = document.createElement("i");
      dot.className = "dot " + entry.style;
      row.insertCell().append(dot, entry.name);
      row.insertCell().textContent = entry.text;
    }
    tip.replaceChildren(head, table);
  }

  for (const chart of $("svg.chart")) {
    chart.addEventListener("pointermove", event => hover(chart, event.clientX, event.clientY));
    chart.addEventListener("pointerdown", event => hover(chart, event.clientX, event.clientY));
    chart.addEventListener("pointerleave", () => clear(chart));
    // With the keyboard: arrows move along the axis.
    let share = 1;
    chart.addEventListener("keydown", event => {
      const move = {ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1}[event.key];
      if (event.key === "Escape") clear(chart);
      if (!move) return;
      event.preventDefault();
      share = Math.min(1, Math.max(0, share + move));
      const box = chart.getBoundingClientRect(), x = axis(chart, "X");
      hover(chart, box.left + (x.from + share * (x.to - x.from)) / chart.viewBox.baseVal.width * box.width, box.top + box.height / 2);
    });
    chart.addEventListener("blur", () => clear(chart));
  }

  // The file that is saved has the names of runs in place of their numbers.
  const field = name => /[",\r\n]/.test(name) ? '"' + name.replace(/"/g, '""') + '"' : name;
  const save = document.getElementById("save");
  save.hidden = false;
  save.addEventListener("click", () => {
    const lines = text.slice(1).map(line => field(names.get(line.slice(0, line.indexOf(",")))) + line.slice(line.indexOf(",")));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text[0] + "\n" + lines.join("\n") + "\n"], {type: "text/csv"}));
    link.download = "report.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  });
})();
