"use strict";
// The page is complete without this script; it adds sorting, filters and opened details in print.
(() => {
  const value = (cell) => {
    const text = cell.dataset.key ?? cell.textContent.trim();
    const number = Number(text);
    return text === "" ? null : Number.isNaN(number) ? text : number;
  };

  // Blank cells stay last whatever the order; numbers stand before words.
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a !== typeof b) return sign * (typeof a === "number" ? -1 : 1);
    if (typeof a === "number") return sign * (a - b);
    return sign * a.localeCompare(b, "en", { numeric: true });
  };

  const sort = (head) => {
    const heads = head.parentElement.cells;
    const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const column = [...heads].indexOf(head);
    const body = head.closest("table").tBodies[0];
    const keyed = [...body.rows].map((row) => [value(row.cells[column]), row]);
    keyed.sort(([a], [b]) => compare(a, b, order === "ascending" ? 1 : -1));
    body.append(...keyed.map(([, row]) => row));
  };

  for (const head of document.querySelectorAll("table.sortable thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }

  const closed = [];
  addEventListener("beforeprint", () => {
    closed.push(...document.querySelectorAll("details:not([open])"));
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed.splice(0)) details.open = false;
  });

  const form = document.getElementById("filter");
  if (!form) return;
  const fields = [...form.elements].filter((field) => field.name);
  const rows = [...document.getElementById("all").tBodies[0].rows];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const fits = (row, field) => {
    const wanted = field.value.trim();
    if (field.name !== "text") return !wanted || row.dataset[field.name] === wanted;
    return wanted.toLowerCase().split(/\s+/).every((word) => texts.get(row).includes(word));
  };

  const filter = () => {
    for (const row of rows) row.hidden = !fields.every((field) => fits(row, field));
    const shown = rows.filter((row) => !row.hidden).length;
    document.getElementById("count").textContent = `Showing ${shown} of ${rows.length}`;
  };

  const keep = () => {
    filter();
    const used = fields.filter((field) => field.value).map((field) => [field.name, field.value]);
    history.replaceState(null, "", `#${new URLSearchParams(used)}`);
  };

  const set = (query) => {
    const wanted = new URLSearchParams(query);
    for (const field of fields) field.value = wanted.get(field.name) ?? "";
  };

  // A hash is a filter when it has a "=", otherwise the id of a place, whose row must be visible.
  const follow = () => {
    const hash = location.hash.slice(1);
    if (hash.includes("=")) set(hash);
    else if (document.getElementById(hash)?.hidden) set("");
    filter();
    if (hash.includes("=")) document.getElementById("numbers").scrollIntoView();
    else document.getElementById(hash)?.scrollIntoView();
  };

  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    set("");
    keep();
  });
  for (const link of document.querySelectorAll("a[data-filter]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.hash = link.dataset.filter;
    });
  }
  addEventListener("hashchange", follow);
  form.hidden = false;
  if (location.hash) follow();
})();
