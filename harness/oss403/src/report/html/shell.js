"use strict";
// Light and dark: the system's choice, until somebody presses the button.
{
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  // A page in a file may have no storage.
  const kept = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("theme");
      localStorage.setItem("theme", value);
    } catch { /* then it is forgotten */ }
    return null;
  };
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  const theme = kept();
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    kept(root.dataset.theme);
    label();
  });
  system.addEventListener("change", label);
  label();

  const print = document.getElementById("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

// Tables with many links: one stop of the tab key, and the arrow keys inside.
for (const table of document.querySelectorAll("table[data-keys]")) {
  const links = [...table.querySelectorAll("a, button")];
  for (const [at, link] of links.entries()) link.tabIndex = at === 0 ? 0 : -1;
  const of = (cell) => cell?.querySelector("a, button");
  const enter = (link) => {
    if (!link) return;
    for (const other of table.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    link.tabIndex = 0;
    link.focus();
  };
  const along = (cell, step) => {
    let next = cell;
    do { next = step > 0 ? next?.nextElementSibling : next?.previousElementSibling; } while (next && !of(next));
    return of(next);
  };
  const across = (cell, step) => {
    let row = cell.parentElement;
    do {
      row = step > 0 ? row?.nextElementSibling : row?.previousElementSibling;
    } while (row && !of(row.cells[cell.cellIndex]));
    return row && of(row.cells[cell.cellIndex]);
  };
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = {
      ArrowRight: () => event.target.nextElementSibling?.matches("a, button") ? event.target.nextElementSibling : along(cell, 1),
      ArrowLeft: () => event.target.previousElementSibling?.matches("a, button") ? event.target.previousElementSibling : along(cell, -1),
      ArrowDown: () => across(cell, 1),
      ArrowUp: () => across(cell, -1),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    enter(next());
  });
  table.addEventListener("focusin", (event) => {
    if (!event.target.matches("a, button")) return;
    for (const other of table.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    event.target.tabIndex = 0;
  });
}
