// A plot of curves in an SVG element. A curve is {name, look, xs, ys, at}: its points, its look as
// epochbudget.figures.drawing.vector gives it, and a function from x to its value there or null.

const MARGIN = { top: 12, right: 66, bottom: 40, left: 62 };
const MOST_LABELS = 16;
const LABEL_HEIGHT = 11;

function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Round numbers in [low, high], about `count` of them.
function evenTicks(low, high, count) {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= raw);
  const found = [];
  for (let place = Math.ceil(low / step); place * step <= high * (1 + 1e-9); place++) {
    found.push(Number((place * step).toPrecision(12)));
  }
  return found;
}

function logTicks(low, high) {
  const decades = Math.log10(high / low);
  if (decades < 1) return evenTicks(low, high, 6);
  const every = Math.ceil(decades / 8);
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    if (power % every) continue;
    for (const factor of decades < 3 ? [1, 2, 5] : [1]) found.push(Number(`${factor}e${power}`));
  }
  return found.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

// Where values stand on an axis from `start` to `end`, in pixels.
function axis(low, high, start, end, log) {
  const place = log ? Math.log : (value) => value;
  const width = place(high) - place(low) || 1;
  return (value) => start + ((place(value) - place(low)) / width) * (end - start);
}

// The path of a curve: of the points in one column of pixels the first, lowest, highest and last.
function pathOf({ xs, ys }, toX, toY) {
  const parts = [];
  let pen = "M";
  for (let from = 0, to; from < xs.length; from = to) {
    const column = Math.floor(toX(xs[from]));
    let low = from;
    let high = from;
    for (to = from; to < xs.length && Math.floor(toX(xs[to])) === column; to++) {
      if (ys[to] < ys[low]) low = to;
      if (ys[to] > ys[high]) high = to;
    }
    for (const place of [...new Set([from, low, high, to - 1])].sort((a, b) => a - b)) {
      const y = toY(ys[place]);
      if (Number.isFinite(y)) parts.push(`${pen}${toX(xs[place]).toFixed(2)} ${y.toFixed(2)}`);
      pen = Number.isFinite(y) ? "L" : "M";
    }
  }
  return parts.join("");
}

function marker(look, x, y, size) {
  const transform = `translate(${x} ${y}) scale(${size})`;
  return element("path", { d: look.marker, transform, class: "mark", style: `fill: ${look.color}` });
}

function stroke(look) {
  const dash = look.dash.map((length) => 1.6 * length).join(" ");
  return { stroke: look.color, "stroke-dasharray": dash || "none" };
}

function swatch(look) {
  const found = element("svg", { width: 36, height: 12, class: "curves", "aria-hidden": "true" });
  found.append(element("path", { d: "M0 6H36", ...stroke(look) }), marker(look, 18, 6, 8));
  return found;
}

class Plot {
  constructor(box, readout) {
    Object.assign(this, { box, readout, svg: box.querySelector("svg"), curves: [], x: null });
    this.svg.addEventListener("pointermove", (event) => this.pointAt(event));
    this.svg.addEventListener("pointerdown", (event) => this.pointAt(event));
    this.svg.addEventListener("pointerleave", () => this.read(null));
    box.addEventListener("keydown", (event) => this.press(event));
    box.addEventListener("blur", () => this.read(null));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  // `options`: {log, end, step, xLabel, describe}, where `end` is the end of the axis of x, `step`
  // the smallest distance of its values, and `describe` gives the words for one.
  show(curves, options) {
    Object.assign(this, { curves, options });
    this.draw();
  }

  draw() {
    if (!this.options) return;
    const width = Math.max(280, this.box.clientWidth);
    const height = Math.min(520, Math.max(260, 0.6 * width));
    for (const [key, value] of Object.entries({ width, height })) this.svg.setAttribute(key, value);
    this.svg.replaceChildren();
    this.read(null);
    const ys = this.curves.flatMap((curve) => [...this.extremes(curve)]);
    const high = ys.length ? Math.max(...ys) : 1;
    const { log, end } = this.options;
    this.low = log ? Math.min(...ys, high) : 0;
    this.toX = axis(0, end, MARGIN.left, width - MARGIN.right, false);
    this.toY = axis(this.low, high, height - MARGIN.bottom, MARGIN.top, log);
    this.drawAxes(width, height, high);
    this.drawCurves();
  }

  // The lowest and highest value that the axis can show; too many to be spread as arguments.
  *extremes({ ys }) {
    let low = Infinity;
    let high = -Infinity;
    for (const y of ys) {
      if (this.options.log && !(y > 0)) continue;
      if (y < low) low = y;
      if (y > high) high = y;
    }
    if (low <= high) yield* [low, high];
  }

  drawAxes(width, height, high) {
    const [bottom, right] = [height - MARGIN.bottom, width - MARGIN.right];
    for (const tick of evenTicks(0, this.options.end, width / 110)) {
      const x = this.toX(tick);
      this.svg.append(element("path", { d: `M${x} ${MARGIN.top}V${bottom}`, class: "grid" }));
      this.svg.append(element("text", { x, y: bottom + 16, "text-anchor": "middle" }, repr(tick)));
    }
    for (const tick of this.options.log ? logTicks(this.low, high) : evenTicks(0, high, 6)) {
      const y = this.toY(tick);
      this.svg.append(element("path", { d: `M${MARGIN.left} ${y}H${right}`, class: "grid" }));
      const place = { x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" };
      this.svg.append(element("text", place, repr(tick)));
    }
    const frame = `M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}`;
    this.svg.append(element("path", { d: frame, class: "axis", fill: "none" }));
    const middle = { x: (MARGIN.left + right) / 2, y: height - 4, "text-anchor": "middle" };
    this.svg.append(element("text", middle, this.options.xLabel));
    const turned = { transform: `translate(12 ${bottom / 2}) rotate(-90)`, "text-anchor": "middle" };
    this.svg.append(element("text", turned, "learning rate"));
  }

  drawCurves() {
    const lines = element("g", { class: "curves" });
    const ends = [];
    for (const curve of this.curves) {
      const { name, look, xs, ys } = curve;
      const d = pathOf(curve, this.toX, this.toY);
      lines.append(element("path", { d, "data-name": name, ...stroke(look) }));
      const [x, y] = [this.toX(xs.at(-1)), this.toY(ys.at(-1))];
      if (!Number.isFinite(y)) continue;
      lines.append(marker(look, x, y, 7));
      ends.push({ x: x + 6, y: y - 3, name }); // so that an axis below does not cross it
    }
    this.svg.append(lines);
    if (this.curves.length <= MOST_LABELS) this.label(ends);
  }

  // Names beside the ends of curves, moved up a little where others leave no room, or left out.
  label(ends) {
    const placed = [];
    for (const end of ends.sort((a, b) => b.y - a.y)) {
      const wanted = end.y;
      const near = ({ x, y }) => Math.abs(x - end.x) < 44 && Math.abs(y - end.y) < LABEL_HEIGHT;
      for (let other; (other = placed.find(near)); ) end.y = other.y - LABEL_HEIGHT;
      if (wanted - end.y > 3 * LABEL_HEIGHT) continue;
      placed.push(end);
      this.svg.append(element("text", { x: end.x, y: end.y, class: "end" }, end.name));
    }
  }

  pointAt(event) {
    if (!this.curves.length) return;
    const { left } = this.svg.getBoundingClientRect();
    const [start, stop] = [this.toX(0), this.toX(this.options.end)];
    this.read(((event.clientX - left - start) / (stop - start)) * this.options.end);
  }

  press(event) {
    const { end, step } = this.options;
    const far = Math.max(step, Math.round(end / 50 / step) * step);
    const moves = { ArrowLeft: -far, ArrowRight: far, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") this.read(null);
    if (!(event.key in moves) || !this.curves.length) return;
    event.preventDefault();
    const by = event.shiftKey ? Math.sign(moves[event.key]) * step : moves[event.key];
    this.read(this.x === null ? 0 : this.x + by);
  }

  // Show the curves' values at x; null for none.
  read(x) {
    this.svg.querySelector(".reading")?.remove();
    this.readout.hidden = x === null;
    this.x = null;
    if (x === null) return;
    const { end, step, describe } = this.options;
    this.x = Math.min(Math.max(Math.round(x / step), 0), Math.round(end / step)) * step;
    const place = this.toX(this.x);
    const [top, bottom] = [MARGIN.top, this.svg.clientHeight - MARGIN.bottom];
    const group = element("g", { class: "reading" });
    group.append(element("path", { d: `M${place} ${top}V${bottom}`, class: "cursor" }));
    const found = this.curves.map((curve) => [curve, curve.at(this.x)]);
    const known = found.filter(([, value]) => value !== null);
    const dots = element("g", { class: "curves" });
    for (const [{ look }, value] of known) {
      const y = this.toY(value);
      if (Number.isFinite(y)) dots.append(marker(look, place, y, 6));
    }
    group.append(dots);
    this.svg.append(group);
    this.tell([describe(this.x), ...known.map(([{ name }, value]) => `${name}: ${short(value)}`)]);
    this.readout.style.left = this.x > end / 2 ? "auto" : `${place + 10}px`;
    this.readout.style.right =
      this.x > end / 2 ? `${this.svg.clientWidth - place + 10}px` : "auto";
  }

  tell(lines) {
    this.readout.classList.toggle("many", lines.length > 20);
    this.readout.replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement("span"), { textContent: line })),
    );
  }
}

// A value for people.
function short(value) {
  return repr(Number(value.toPrecision(4)));
}
