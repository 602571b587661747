"use strict";

// Makes the tables of the page sortable and filterable. Without it they are plain tables.
(() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

  // Missing cells come last in both directions; equal cells keep the order they were written in.
  function compare(column, numeric, direction) {
    const sign = direction === "descending" ? -1 : 1;
    return (one, other) => {
      const a = one.cells[column], b = other.cells[column];
      const missing = a.hasAttribute("data-missing") - b.hasAttribute("data-missing");
      if (missing || a.hasAttribute("data-missing")) return missing;
      return sign * (numeric
        ? Number(a.dataset.value) - Number(b.dataset.value)
        : collator.compare(a.textContent.trim(), b.textContent.trim()));
    };
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    const written = [...table.tBodies].map((body) => [...body.rows]);

    function sort(head) {
      const direction = NEXT[head.getAttribute("aria-sort") || "none"];
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      if (direction !== "none") head.setAttribute("aria-sort", direction);
      const order = compare(head.cellIndex, head.classList.contains("number"), direction);
      [...table.tBodies].forEach((body, index) => {
        const rows = direction === "none" ? written[index] : [...written[index]].sort(order);
        body.append(...rows);
      });
    }

    heads.forEach((head) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head));
      head.append(button);
    });
  }

  function makeFilterable(table, filters) {
    const text = filters.querySelector(".filter-text");
    const kind = filters.querySelector(".filter-kind");
    const shown = filters.querySelector(".shown");
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);

    function filter() {
      const wanted = text.value.trim().toLowerCase();
      rows.forEach((row) => {
        const named = row.cells[0].textContent.toLowerCase().includes(wanted);
        row.hidden = !(named && (!kind || !kind.value || row.dataset.kind === kind.value));
      });
      shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
    }

    text.addEventListener("input", filter);
    if (kind) kind.addEventListener("change", filter);
    filters.hidden = false;
    filter();
  }

  document.querySelectorAll(".table-block").forEach((block) => {
    const table = block.querySelector("table.data");
    const filters = block.querySelector(".filters");
    makeSortable(table);
    if (filters) makeFilterable(table, filters);
  });

  // What is wider than the window says so.
  const marks = new Map();
  const observer = new ResizeObserver((changed) => changed.forEach(({ target }) => mark(target)));
  function mark(inside) {
    const box = inside.closest(".scroll, .frame");
    marks.get(box).hidden = box.scrollWidth <= box.clientWidth + 1;
  }
  document.querySelectorAll(".scroll, .frame").forEach((box) => {
    const hint = document.createElement("p");
    hint.className = "cut";
    hint.hidden = true;
    hint.textContent = "Wider than the window: scroll it sideways \u2192";
    box.before(hint);
    marks.set(box, hint);
    [box, box.firstElementChild].forEach((part) => observer.observe(part));
  });

  // A link into a closed part opens it.
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", openTarget);
  if (location.hash) openTarget();

  // Paper cannot be opened by a click.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((part) => { part.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((part) => { part.open = false; }));
})();
