// The page's form, its address, and what follows from them. The form's texts are the only state.

const MOST_STEPS = 200_000;
const ROWS = 11;

const form = document.getElementById("form");
const plot = new Plot(document.getElementById("plot"), document.getElementById("readout"));
const fields = [...form.elements].filter((field) => field.name && field.type !== "checkbox");
const boxes = [...form.elements].filter((field) => field.type === "checkbox");
const byName = Object.fromEntries(fields.map((field) => [field.name, field]));
let curves = [];

function whole(name, text) {
  return checked(name, text, DATA.whole);
}

function picked() {
  return boxes.filter((box) => box.checked).map((box) => DATA.methods[box.value]);
}

// The values of all fields, by name.
function texts() {
  return Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));
}

// Runs `make` and returns what it makes, or null after noting why it cannot be made.
function attempt(make, problems, where = "") {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const known = problems.find(({ message }) => message === error.message);
    if (known) known.where.push(where);
    else problems.push({ message: error.message, field: error.field, where: [where] });
    return null;
  }
}

function budgetsOf(text, problems) {
  const words = [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
  const most = DATA.budget_looks.length - 1;
  const found = attempt(() => {
    if (!words.length) throw new UserError("budgets is empty", "50 100, say", "budgets");
    if (words.length > most) {
      throw new UserError(`budgets has ${words.length} values`, `give at most ${most}`, "budgets");
    }
    return words;
  }, problems);
  const budgets = (found ?? []).map((word) => attempt(() => whole("budgets", word), problems));
  return [...new Set(budgets.filter((budget) => budget !== null))].sort((a, b) => a - b);
}

function curveOf(method, budget, stepsPerEpoch, given) {
  const steps = budget * stepsPerEpoch;
  if (steps > MOST_STEPS) {
    throw new UserError(`${steps} steps are too many for a page`, "use epochbudget schedule");
  }
  const rate = rates(method, hyperparametersOf(method, given), budget, stepsPerEpoch);
  const unit = given.x === "share" ? steps : stepsPerEpoch;
  const xs = [];
  const ys = [];
  for (let step = 0; step < steps; step++) {
    // Where a rate stays the same for an epoch, its first and last step draw it.
    const inside = step % stepsPerEpoch !== 0 && (step + 1) % stepsPerEpoch !== 0;
    if (inside && !method.per_batch) continue;
    xs.push(step / unit);
    ys.push(rate(step));
  }
  const at = (x) => {
    const step = Math.floor(x * unit + 1e-6);
    if (given.x === "share") return rate(Math.min(step, steps - 1));
    return step < steps ? rate(step) : null;
  };
  return { method, budget, stepsPerEpoch, steps, rate, xs, ys, at };
}

// All curves of the form, named, with their looks; those that cannot be are noted.
function curvesOf(given, problems) {
  const methods = picked();
  const budgets = budgetsOf(given.budgets, problems);
  const stepsPerEpoch = attempt(() => whole("steps_per_epoch", given.steps_per_epoch), problems);
  if (!methods.length) attempt(() => { throw new UserError("no method is picked", "check a box"); }, problems);
  const found = [];
  for (const method of methods) {
    for (const [place, budget] of budgets.entries()) {
      const where = `${method.code} at ${budget} epochs`;
      const make = () => curveOf(method, budget, stepsPerEpoch, given);
      const curve = stepsPerEpoch && attempt(make, problems, where);
      if (!curve) continue;
      const single = methods.length === 1;
      curve.look = single ? DATA.budget_looks[budgets.length][place] : DATA.looks[method.code];
      const parts = [single ? "" : method.code, single || budgets.length > 1 ? budget : ""];
      curve.name = parts.join(" ").trim();
      found.push(curve);
    }
  }
  return found;
}

function showProblems(problems) {
  const blamed = new Set(problems.map(({ field }) => field));
  for (const field of fields) {
    if (blamed.has(field.name)) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  const lines = problems.map(({ message, field, where }) => {
    const line = document.createElement("p");
    const places = field ? "" : where.filter(Boolean).join(", ");
    line.textContent = places ? `${places}: ${message}` : message;
    return line;
  });
  const box = document.getElementById("messages");
  const said = lines.map((line) => line.textContent).join("\n");
  if (box.dataset.said === said) return; // or a screen reader would say it again at each key
  box.dataset.said = said;
  box.replaceChildren(...lines);
}

// Only the hyperparameters of the picked methods, each with its defaults.
function showFields() {
  const methods = picked();
  for (const label of form.querySelectorAll("[data-setting]")) {
    const field = label.querySelector("input, select");
    const users = methods.filter((method) => field.name in method.settings);
    label.hidden = !users.length;
    const defaults = users.map(({ code, defaults }) => [code, defaults[field.name]]);
    const values = new Set(defaults.map(([, value]) => value));
    const text = values.has(undefined)
      ? "by default"
      : values.size === 1
        ? repr([...values][0])
        : defaults.map(([code, value]) => `${code} ${repr(value)}`).join(", ");
    if (field.matches("select")) field.options[0].textContent = text;
    else field.placeholder = users.some((m) => m.settings[field.name].required) ? "needed" : text;
  }
  document.getElementById("scaled").hidden = !methods.some((method) => method.lr_free);
}

function showPlot(given) {
  const share = given.x === "share";
  const end = share ? 1 : Math.max(1, ...curves.map(({ budget }) => budget));
  const describe = (x) => (share ? `share ${short(x)}` : `epoch ${short(x)}`);
  const step = share ? 0.005 : 1 / (curves[0]?.stepsPerEpoch ?? 1);
  const xLabel = share ? "share of the budget" : "epoch";
  plot.show(curves, { log: given.scale === "log", end, step, xLabel, describe });
  const single = picked().length === 1;
  const looks = new Map(
    curves.map((curve) => [
      single ? `${curve.budget} epochs` : `${curve.method.code} ${curve.method.name}`,
      curve.look,
    ]),
  );
  const items = [...looks].map(([text, look]) => {
    const item = document.createElement("li");
    item.append(swatch(look), ` ${text}`);
    return item;
  });
  document.getElementById("legend").replaceChildren(...items);
}

// Rows at evenly spaced steps of the longest budget, or at even shares of every budget.
function showTable(given) {
  const share = given.x === "share";
  const longest = Math.max(1, ...curves.map(({ steps }) => steps)) - 1;
  const stepsPerEpoch = curves[0]?.stepsPerEpoch ?? 1;
  const tenths = Array.from({ length: ROWS }, (_, place) => place / (ROWS - 1));
  const xs = share ? tenths : tenths.map((t) => Math.round(t * longest) / stepsPerEpoch);
  const table = document.querySelector("#values table");
  table.caption.textContent = curves.length
    ? `Learning rate ${share ? "by share of the budget" : "by epoch"}`
    : "No curve to show";
  const row = (cells, head) => {
    const made = document.createElement("tr");
    for (const [place, text] of cells.entries()) {
      const cell = document.createElement(head || place === 0 ? "th" : "td");
      if (head || place === 0) cell.scope = head ? "col" : "row";
      cell.textContent = text;
      made.append(cell);
    }
    return made;
  };
  const value = (curve, x) => (curve.at(x) === null ? "" : short(curve.at(x)));
  const unit = share ? "share" : "epoch";
  table.tHead.replaceChildren(row([unit, ...curves.map(({ name }) => name)], true));
  table.tBodies[0].replaceChildren(
    ...[...new Set(xs)].map((x) => row([short(x), ...curves.map((curve) => value(curve, x))])),
  );
}

// One command for each budget, of the methods whose curve there is.
function showCommands(given) {
  const lines = [...new Set(curves.map(({ budget }) => budget))].map((budget) => {
    const methods = curves.filter((curve) => curve.budget === budget).map(({ method }) => method);
    const used = new Set(methods.flatMap((method) => Object.keys(method.settings)));
    const named = fields.map(({ name }) => name).filter((name) => used.has(name) && given[name]);
    const set = named.map((name) => {
      const flag = { lr: "--lr", infimum_lr: "--infimum-lr" }[name];
      return flag ? `${flag} ${given[name]}` : `--set ${name}=${given[name]}`;
    });
    const steps = given.steps_per_epoch === "1" ? [] : [`--steps-per-epoch ${given.steps_per_epoch}`];
    const codes = methods.map(({ code }) => code).join(" ");
    return [`epochbudget schedule ${codes} --budget ${budget}`, ...steps, ...set, "--csv"].join(" ");
  });
  document.getElementById("commands").textContent = lines.join("\n") || "no curve to show";
}

function update() {
  const given = texts();
  const problems = [];
  showFields();
  curves = curvesOf(given, problems);
  showProblems(problems);
  showPlot(given);
  showTable(given);
  showCommands(given);
  document.getElementById("download").disabled = !curves.length;
}

function csv() {
  const lines = ["code,budget,step,epoch,lr"];
  for (const { method, budget, steps, stepsPerEpoch, rate } of curves) {
    for (let step = 0; step < steps; step++) {
      const epoch = Math.floor(step / stepsPerEpoch);
      lines.push(`${method.code},${budget},${step},${epoch},${repr(rate(step))}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = "schedules.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

// The address: all that is not as the page starts.
function keep() {
  const changed = fields.filter((field) => field.value.trim() !== initial(field));
  const pairs = changed.map((field) => [field.name, field.value.trim()]);
  if (boxes.some((box) => box.checked !== box.defaultChecked)) {
    pairs.unshift(["methods", picked().map(({ code }) => code).join(" ")]);
  }
  const hash = new URLSearchParams(pairs).toString();
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}

function initial(field) {
  return field.matches("select") ? field.options[0].value : field.defaultValue;
}

function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  for (const field of fields) {
    field.value = wanted.get(field.name) ?? initial(field);
    if (!field.value && field.matches("select")) field.value = initial(field);
  }
  const codes = wanted.get("methods")?.split(/[\s,]+/);
  for (const box of boxes) box.checked = codes ? codes.includes(box.value) : box.defaultChecked;
  update();
}

form.addEventListener("input", () => {
  update();
  keep();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  history.replaceState(null, "", location.pathname + location.search);
  follow();
});
document.getElementById("download").addEventListener("click", download);
addEventListener("hashchange", follow);
document.querySelector("main").hidden = false;
follow();
