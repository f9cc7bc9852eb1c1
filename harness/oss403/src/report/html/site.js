"use strict";
// Servers side by side: which rows are shown, and the history of a field. Texts stay texts.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const el = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
    made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
    return made;
  };
  const day = (moment) => moment.slice(0, 10);
  const inWords = (verdict) => verdict.replace("/", ": ").replaceAll("-", " ");

  const rows = [...document.querySelectorAll("#causes tr[data-cause]")];
  const codes = [...document.querySelectorAll("#causes tr.code")];
  const filter = () => {
    const wanted = by("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = `${row.dataset.cause} ${row.dataset.code}`.toLowerCase();
      row.hidden = (by("differ").checked && row.dataset.differs === undefined) || !wanted.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    for (const code of codes) {
      let row = code.nextElementSibling;
      while (row && row.dataset.cause !== undefined && row.hidden) row = row.nextElementSibling;
      code.hidden = !row || row.dataset.cause === undefined;
    }
    by("count").textContent = `${shown} of ${rows.length} causes`;
  };

  /** The history of a cause on a server. */
  const detail = (slug, cause) => {
    const server = data.servers.find((known) => known.slug === slug);
    const known = data.causes[cause];
    by("detail").hidden = server === undefined || known === undefined;
    if (by("detail").hidden) return false;
    const [heading, place] = by("detail").children;
    heading.textContent = `${cause} on ${server.name}`;
    const nights = server.nights.toReversed().map(({ started, page, cells }) => {
      const cell = cells[cause];
      const [tone, mark, conformant, total, aside, worst] = cell ?? ["aside", "–", 0, 0, 0, null];
      const words = cell === undefined ? "not run" : worst === null ? (aside === total ? "not asked" : "as documented") : inWords(worst);
      return el("tr", {}, el("td", {}, day(started)), el("td", {}, el("span", { class: `tag ${tone}` }, `${mark} ${words}`)),
        el("td", { class: "number" }, `${conformant} / ${total}`), el("td", {}, page === null ? "" : el("a", { href: `${page}#cause=${encodeURIComponent(cause)}` }, "what was sent and answered")));
    });
    const spells = (server.spells[cause] ?? []).map(([first, fixed, worst]) =>
      el("li", {}, `${inWords(worst)}: first seen ${day(first)}, ${fixed === null ? "still there" : `fixed ${day(fixed)}`}`));
    place.replaceChildren(...[
      el("p", {}, `${known.code}. `, known.means),
      spells.length > 0 ? el("ul", {}, spells) : el("p", {}, "Nothing was wrong in any night."),
      el("table", { class: "list" }, el("thead", {}, el("tr", {}, ["night", "result", "conformant", "look at it"].map((title) => el("th", { scope: "col" }, title)))), el("tbody", {}, nights)),
    ]);
    return true;
  };

  const write = () => {
    const wanted = new URLSearchParams();
    if (by("q").value !== "") wanted.set("q", by("q").value);
    if (by("differ").checked) wanted.set("differ", "1");
    history.replaceState(null, "", `#${wanted}`);
  };
  const read = (isLink) => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    // A field that is looked at leaves the rows as they are.
    if (!wanted.has("server")) {
      by("q").value = wanted.get("q") ?? "";
      by("differ").checked = wanted.has("differ");
    }
    filter();
    if (detail(wanted.get("server"), wanted.get("cause")) && isLink) {
      by("detail").scrollIntoView();
      by("detail").querySelector("h2").focus({ preventScroll: true });
    }
  };
  for (const name of ["q", "differ"]) by(name).addEventListener("input", () => { filter(); write(); });
  addEventListener("hashchange", () => read(true));
  read(location.hash !== "");
})();
