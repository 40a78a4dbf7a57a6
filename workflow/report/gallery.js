"use strict";
// The page is complete without this script; it adds filters, the enlarged view and copying.
(() => {
  const figures = [...document.querySelectorAll("figure")];
  const sections = [...document.querySelectorAll("main section")];
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const titleOf = (figure) => figure.querySelector("img").alt;

  // What each filter compares with its ticked boxes.
  const marks = new Map(figures.map((figure) => [figure, {
    kind: [figure.closest("section").dataset.kind],
    model: figure.dataset.models.split(" "),
    method: figure.dataset.methods.split(" "),
    text: `${titleOf(figure)} ${figure.dataset.name}`.toLowerCase(),
  }]));
  const visible = () => figures.filter((figure) => !figure.hidden);

  const chosen = () => {
    const given = [...new FormData(form)].filter(([, value]) => value.trim());
    return new URLSearchParams(given);
  };

  const fits = (figure, wanted) => {
    const mark = marks.get(figure);
    const words = (wanted.get("text") ?? "").toLowerCase().split(/\s+/);
    return ["kind", "model", "method"].every((name) => {
      const values = wanted.getAll(name);
      return !values.length || values.some((value) => mark[name].includes(value));
    }) && words.every((word) => mark.text.includes(word));
  };

  // Rows and columns without a visible figure leave no gap.
  const arrange = (matrix) => {
    const turned = "turned" in matrix.dataset;
    const shown = all("figure", matrix).filter((figure) => !figure.hidden);
    const heads = all("h3", matrix);
    const places = {};
    for (const name of ["label", "code"]) {
      const used = new Set(shown.map((figure) => figure.dataset[name]));
      const own = heads.filter((head) => name in head.dataset);
      for (const head of own) head.hidden = !used.has(head.dataset[name]);
      const left = own.filter((head) => !head.hidden);
      places[name] = new Map(left.map((head, place) => [head.dataset[name], place + 2]));
    }
    for (const item of [...heads, ...shown]) {
      const down = places.code.get(item.dataset.code) ?? 1;
      const across = places.label.get(item.dataset.label) ?? 1;
      item.style.gridArea = turned ? `${across} / ${down}` : `${down} / ${across}`;
      item.classList.toggle("row", item.tagName === "H3" && (turned ? down : across) === 1);
    }
  };

  const filter = () => {
    const wanted = chosen();
    for (const figure of figures) figure.hidden = !fits(figure, wanted);
    for (const section of sections) {
      section.hidden = !section.querySelector("figure:not([hidden])");
      document.querySelector(`nav a[href="#${section.id}"]`).parentElement.hidden = section.hidden;
    }
    all(".matrix").forEach(arrange);
    count.textContent = `Showing ${visible().length} of ${figures.length} figures`;
  };

  const set = (query) => {
    const wanted = new URLSearchParams(query);
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = wanted.getAll(field.name).includes(field.value);
      else if (field.name) field.value = wanted.get(field.name) ?? "";
    }
  };

  // A hash is a filter when it has a "=", otherwise the id of a place, which must be visible.
  const follow = () => {
    const hash = location.hash.slice(1);
    const place = document.getElementById(hash);
    if (hash.includes("=") || !hash) set(hash);
    else if (place?.closest("[hidden]")) set("");
    filter();
    if (hash.includes("=")) document.getElementById("choice").open = true;
    else place?.scrollIntoView();
  };

  form.addEventListener("input", () => {
    filter();
    history.replaceState(null, "", `#${chosen()}`);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    set("");
    filter();
    history.replaceState(null, "", "#");
  });
  addEventListener("hashchange", follow);

  for (const button of all(".turn")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const matrix = button.parentElement.querySelector(".matrix");
      if (!("turned" in matrix.dataset)) matrix.dataset.turned = "";
      else delete matrix.dataset.turned;
      arrange(matrix);
    });
  }

  const view = document.getElementById("view");
  const picture = view.querySelector("img");
  let current = null;

  const show = (figure) => {
    const link = figure.querySelector(".small").href;
    const caption = figure.querySelector("figcaption").cloneNode(true);
    const several = visible();
    current = figure;
    document.getElementById("view-title").textContent = titleOf(figure);
    view.querySelector(".place").textContent = `${several.indexOf(figure) + 1} of ${several.length}`;
    view.querySelector(".caption").textContent =
      figure.closest("section").querySelector(".caption").textContent;
    view.querySelector(".full").href = link;
    caption.querySelector("strong").remove();
    caption.querySelector("details").open = true;
    view.querySelector(".about").replaceChildren(...caption.childNodes);
    picture.alt = titleOf(figure);
    picture.src = link;
    if (!view.open) view.showModal();
  };

  const step = (by) => {
    const several = visible();
    show(several[(several.indexOf(current) + by + several.length) % several.length]);
  };

  // A page that was moved away from its figures still has the small ones.
  picture.addEventListener("error", () => {
    const small = current.querySelector("img").src;
    if (picture.src !== small) picture.src = small;
  });
  view.querySelector(".close").addEventListener("click", () => view.close());
  view.querySelector(".previous").addEventListener("click", () => step(-1));
  view.querySelector(".next").addEventListener("click", () => step(1));
  view.addEventListener("click", (event) => {
    if (event.target === view) view.close();
  });
  view.addEventListener("close", () => current.querySelector(".small").focus());
  view.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) step(by);
  });

  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected: press Ctrl+C";
    }
  };

  document.addEventListener("click", (event) => {
    const small = event.target.closest(".small");
    const button = event.target.closest(".copy");
    if (button) copy(button);
    if (!small || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(small.closest("figure"));
  });

  for (const button of all(".copy")) button.hidden = false;
  document.getElementById("choice").hidden = false;
  document.getElementById("choice").open = matchMedia("(min-width: 60rem)").matches;
  count.hidden = false;
  follow();
})();
