"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const draw = (tag, attributes = {}, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // numbers: [point, region, year, element], little-endian floats
  const decode = (text) => {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    const view = new DataView(bytes.buffer), found = new Float32Array(bytes.length / 4);
    for (let i = 0; i < found.length; i++) found[i] = view.getFloat32(4 * i, true);
    return found;
  };
  for (const result of data.results) result.numbers = decode(result.values);
  const sizes = data.controls.map((control) => control.names.length);
  const start = { A: () => sizes.map(() => 0), B: () => data.controls.map((control, i) => control.parts[0] === "shocks" ? 0 : sizes[i] - 1) };
  const state = { A: start.A(), B: start.B(), region: 0, element: 0, year: data.years.length - 1 };
  const first = data.years.findIndex((year) => year >= 2040);
  if (first >= 0) state.year = first;

  const point = (positions) => positions.reduce((number, position, i) => number * sizes[i] + position, 0);
  const series = (result, positions, element) => {
    const wide = result.byElement ? data.elements.length : 1, which = result.byElement ? element : 0;
    const start = (point(positions) * data.regions.length + state.region) * data.years.length;
    return data.years.map((_, t) => result.numbers[(start + t) * wide + which]);
  };

  // the highest and lowest value over all runs, so that axes stay where they are while a slider moves
  const reach = (result) => {
    const wide = result.byElement ? data.elements.length : 1, which = result.byElement ? state.element : 0;
    let low = 0, high = 0;
    for (let i = which; i < result.numbers.length; i += wide) {
      const value = result.numbers[i];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  };
  const ticks = (low, high, most) => {
    const rough = (high - low) / most || 1, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999);
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) found.push(i * step);
    return found;
  };
  const shown = (value) => {
    if (!Number.isFinite(value)) return "none";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1000) return Math.round(value).toLocaleString("en-GB").replace(/,/g, "\u202f");
    return String(Number(value.toPrecision(3)));
  };

  const WIDTH = 360, HEIGHT = 190, LEFT = 52, RIGHT = 10, TOP = 8, BOTTOM = 22;
  const chart = (result) => {
    const [low, high] = reach(result), colour = result.byElement ? data.elements[state.element].colour : "#4477aa";
    const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    const values = { A: series(result, state.A, state.element), B: series(result, state.B, state.element) };
    const year = data.years[state.year];
    const label = `${result.title}, ${result.unit}: ${shown(values.A[state.year])} in scenario A and ` +
      `${shown(values.B[state.year])} in scenario B in ${year}`;
    svg.append(draw("title", {}, label));
    if (!(high > low)) {
      svg.append(draw("text", { x: LEFT, y: HEIGHT / 2 }, "0 in all runs and years"));
      return svg;
    }
    const marks = ticks(low, high, 4), top = Math.max(high, marks[marks.length - 1]), bottom = Math.min(low, marks[0]);
    const last = data.years.length - 1;
    const x = (t) => LEFT + (WIDTH - LEFT - RIGHT) * (last ? t / last : 0.5);
    const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - bottom) / (top - bottom));
    for (const mark of marks) {
      svg.append(draw("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(mark), y2: y(mark), stroke: mark === 0 ? "#999" : "#e3e3e3" }));
      svg.append(draw("text", { x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end" }, shown(mark)));
    }
    data.years.forEach((one, t) => {
      if (one % 10 === 0) svg.append(draw("text", { x: x(t), y: HEIGHT - 6, "text-anchor": t === last ? "end" : t ? "middle" : "start" }, String(one)));
    });
    svg.append(draw("line", { x1: x(state.year), x2: x(state.year), y1: TOP, y2: HEIGHT - BOTTOM, stroke: "#bbb" }));
    for (const name of ["A", "B"]) {
      let path = "", open = false;
      values[name].forEach((value, t) => {
        if (!Number.isFinite(value)) { open = false; return; }
        path += `${open ? "L" : "M"}${x(t).toFixed(1)} ${y(value).toFixed(1)}`;
        open = true;
      });
      svg.append(draw("path", { d: path, class: `line-${name}`, style: name === "A" ? `stroke:${colour}` : "" }));
    }
    return svg;
  };

  const update = () => {
    const element = data.elements[state.element];
    document.documentElement.style.setProperty("--colour", element.colour);
    by("year-shown").textContent = String(data.years[state.year]);
    by("figures").replaceChildren(...data.results.map((result) => make("figure", {},
      make("figcaption", {}, `${result.title} `, make("span", { class: "unit" }, result.unit)), chart(result))));
    const rows = data.results.map((result) => {
      const [a, b] = [state.A, state.B].map((positions) => series(result, positions, state.element)[state.year]);
      const cells = [a, b, b - a].map((value, i) => make("td", {}, i === 2 && value > 0 ? `+${shown(value)}` : shown(value)));
      return make("tr", {}, make("th", { scope: "row" }, `${result.title}, ${result.unit}`), ...cells);
    });
    const heads = ["", "A", "B", "B less A"].map((text) => make("th", { scope: "col" }, text));
    by("numbers").replaceChildren(make("caption", {}, `${element.name}, ${data.years[state.year]}`),
      make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    for (const name of ["A", "B"]) data.controls.forEach((control, i) => {
      const input = by(`${name}-${i}`);
      if (Number(input.value) !== state[name][i]) input.value = String(state[name][i]);
      by(`${name}-${i}-shown`).textContent = control.names[state[name][i]];
      input.setAttribute("aria-valuetext", control.names[state[name][i]]);
    });
  };

  // a scenario file: the base, and what the controls change
  const scenario = (name) => {
    const changed = { name: `${data.scenario}-${state[name].join("-")}`, base: data.base };
    data.controls.forEach((control, i) => {
      let place = changed, parts = control.parts;
      if (parts[0] === "shocks") {
        changed.shocks = changed.shocks || JSON.parse(JSON.stringify(data.shocks));
      }
      for (const part of parts.slice(0, -1)) place = place[part] = place[part] === undefined ? {} : place[part];
      place[parts[parts.length - 1]] = control.given[state[name][i]];
    });
    return changed;
  };
  const word = (value) => typeof value === "string" && !/^[A-Za-z][\w-]*$/.test(value) || /^(true|false|yes|no|on|off|null|y|n)$/i.test(String(value)) && typeof value === "string" ? JSON.stringify(value) : String(value);
  const flow = (value) => Array.isArray(value) ? `[${value.map(flow).join(", ")}]`
    : value !== null && typeof value === "object" ? `{${Object.entries(value).map(([key, part]) => `${word(/^\d+$/.test(key) ? Number(key) : key)}: ${flow(part)}`).join(", ")}}`
    : value === null ? "null" : word(value);
  const yaml = (value, indent = "") => Object.entries(value).map(([key, part]) => {
    const name = word(/^\d+$/.test(key) ? Number(key) : key);
    if (Array.isArray(part)) return `${indent}${name}:\n` + part.map((one) => `${indent}  - ${flow(one)}\n`).join("");
    if (part !== null && typeof part === "object") return `${indent}${name}:\n${yaml(part, indent + "  ")}`;
    return `${indent}${name}: ${flow(part)}\n`;
  }).join("");
  const text = (name) => {
    const said = data.controls.map((control, i) => `# ${control.title.replace(/[\r\n]+/g, " ")}: ${control.names[state[name][i]].replace(/[\r\n]+/g, " ")}\n`).join("");
    return said + yaml(scenario(name));
  };
  const save = (name) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([text(name)], { type: "text/yaml" })), download: `${scenario(name).name}.yaml` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  window.mfaExplore = { state, text, update };

  by("title").textContent = data.title;
  const runs = sizes.reduce((product, size) => product * size, 1);
  by("about").textContent = `${runs} runs of the scenario ${data.scenario}, one for each combination of the values below. ` +
    "Nothing is interpolated. Lines keep their axes while a slider moves.";
  by("foot").textContent = `Made with mfa ${data.version}; scenario ${(data.hashes.scenario || "").slice(0, 12)}, ` +
    `parameters ${(data.hashes.parameters || "").slice(0, 12)}. A saved scenario runs to the same numbers with mfa run FILE.`;
  by("controls").append(...["", "Scenario A", "Scenario B"].map((name) => make("div", { class: "head" }, name)));
  data.controls.forEach((control, i) => {
    by("controls").append(make("div", { id: `control-${i}` }, control.title));
    for (const name of ["A", "B"]) {
      const input = make("input", { type: "range", id: `${name}-${i}`, min: 0, max: sizes[i] - 1, step: 1, value: 0, "aria-label": `${control.title}, scenario ${name}` });
      input.addEventListener("input", () => { state[name][i] = Number(input.value); update(); });
      by("controls").append(make("div", { class: "cell", "data-name": name }, input, make("output", { id: `${name}-${i}-shown`, for: `${name}-${i}` })));
    }
  });
  data.elements.forEach((element, i) => {
    const input = make("input", { type: "radio", name: "element", id: `element-${i}`, value: i });
    if (i === 0) input.checked = true;
    input.addEventListener("change", () => { state.element = i; update(); });
    by("elements").append(make("label", { for: `element-${i}` }, input, ` ${element.name}`));
  });
  data.regions.forEach((region, i) => by("region").append(make("option", { value: i }, region.name)));
  by("region-label").hidden = data.regions.length < 2;
  by("region").addEventListener("change", () => { state.region = Number(by("region").value); update(); });
  Object.assign(by("year"), { min: 0, max: data.years.length - 1, step: 1, value: state.year });
  by("year").addEventListener("input", () => { state.year = Number(by("year").value); update(); });
  by("copy").addEventListener("click", () => { state.B = [...state.A]; update(); });
  by("reset").addEventListener("click", () => { state.A = start.A(); state.B = start.B(); update(); });
  for (const name of ["A", "B"]) by(`save-${name}`).addEventListener("click", () => save(name));
  update();
})();
