"use strict";
// The instances of a run. Everything that a server said becomes text, never markup: the policy of the page has it so.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { values, words, rows, causes } = data;
  const at = Object.fromEntries(data.columns.map((name, place) => [name, place]));
  const by = (id) => document.getElementById(id);

  /** What stands in a column of a row. */
  const get = (row, column) => (row[at[column]] < 0 ? undefined : values[row[at[column]]]);
  /** The words of a command: its own, between those that it has in common with another. */
  const placed = (said, like) => (Array.isArray(said) ? [...like.slice(0, said[0]), ...said.slice(2), ...like.slice(like.length - said[1])] : []);
  const written = (places) => places.map((place) => words[place]).join("");
  const sent = (row, column) => {
    const pair = row[at[column]];
    return Array.isArray(pair) ? { answer: values[pair[0]], places: placed(pair[1], []), curl: written(placed(pair[1], [])) } : undefined;
  };
  const edited = (row) => written(placed(row[at.curl], sent(row, "base")?.places ?? []));

  /** An element with its attributes and children. A child that is text stays text. */
  const el = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== undefined && value !== false) made.setAttribute(name, value);
    }
    made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false && child !== ""));
    return made;
  };

  const GRAVE = ["granted", "effect", "leak"];
  const ASIDE = ["not-claimed", "not-applicable", "disabled", "known"];
  /** Colour, mark and how bad it is; the smaller, the worse. */
  const look = (verdict) => {
    const [kind, facet] = verdict.split("/");
    if (kind === "conformant") return ["ok", "✓", 8];
    if (ASIDE.includes(kind)) return ["aside", "–", 7];
    if (kind !== "deviates") return ["warn", "?", 5];
    return GRAVE.includes(facet) ? ["grave", "‼", GRAVE.indexOf(facet)] : ["bad", "✗", 3];
  };
  const inWords = (verdict) => verdict.replace("/", ": ").replaceAll("-", " ");
  const tag = (verdict) => {
    const [tone, mark] = look(verdict);
    return el("span", { class: `tag ${tone}` }, `${mark} ${inWords(verdict)}`);
  };

  // ---- what is looked for

  const fields = ["q", "verdict", "cause", "scheme"];
  const verdicts = new Map();
  for (const row of rows) {
    const verdict = get(row, "verdict");
    for (const name of new Set([verdict, verdict.split("/")[0]])) verdicts.set(name, (verdicts.get(name) ?? 0) + 1);
  }
  const failing = rows.filter((row) => look(get(row, "verdict"))[2] < 7).length;
  if (failing > 0) by("verdict").append(el("option", { value: "failing" }, `everything that fails (${failing})`));
  for (const [name, count] of [...verdicts].sort()) by("verdict").append(el("option", { value: name }, `${inWords(name)} (${count})`));

  const texts = [];
  /** Everything of a row that is searched, in small letters. */
  const text = (number) => {
    if (texts[number] === undefined) {
      const row = rows[number];
      const { status, code, message, ec } = get(row, "observed");
      const parts = [row[at.id], get(row, "verdict"), get(row, "reason"), status, code, message, ec, get(row, "expected").message, get(row, "expected").code, edited(row)];
      texts[number] = parts.join("\n").toLowerCase();
    }
    return texts[number];
  };
  const fits = (verdict, wanted) => wanted === "" || verdict === wanted || verdict.startsWith(`${wanted}/`) || (wanted === "failing" && look(verdict)[2] < 7);
  const orders = {
    "worst first": (a, b) => look(get(rows[a], "verdict"))[2] - look(get(rows[b], "verdict"))[2] || a - b,
    "by name": (a, b) => a - b,
    "slowest first": (a, b) => rows[b][at.ms] - rows[a][at.ms] || a - b,
  };
  const found = () => {
    const { verdict, cause, scheme } = Object.fromEntries(fields.map((name) => [name, by(name).value]));
    const wanted = by("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const numbers = [];
    for (let number = 0; number < rows.length; number += 1) {
      const row = rows[number];
      if (!fits(get(row, "verdict"), verdict)) continue;
      if (cause !== "" && get(row, "cause") !== cause) continue;
      if (scheme !== "" && get(row, "scheme") !== scheme) continue;
      if (wanted.length > 0 && !wanted.every((word) => text(number).includes(word))) continue;
      numbers.push(number);
    }
    return numbers.sort(orders[by("order").value]);
  };

  // ---- the list: as much of it as is looked at

  const STEP = 100;
  let shown = [];
  let made = 0;
  const more = () => {
    const next = shown.slice(made, made + STEP);
    by("list").append(...next.map(item));
    made += next.length;
    by("more").hidden = made >= shown.length;
    const rest = shown.length - made;
    by("more").textContent = `Show ${Math.min(STEP, rest)} more of ${rest.toLocaleString("en")}`;
  };
  const list = () => {
    shown = found();
    made = 0;
    by("list").replaceChildren();
    more();
    const unlisted = data.unlisted > 0 ? ` ${data.unlisted.toLocaleString("en")} more that are conformant are not listed.` : "";
    by("count").textContent = `${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} instances.${unlisted}`;
    about(by("cause").value);
  };
  const item = (number) => {
    const row = rows[number];
    const details = el("details", { "data-id": row[at.id] },
      el("summary", {}, tag(get(row, "verdict")), el("code", {}, row[at.id]), el("span", { class: "ms" }, `${row[at.ms]} ms`)));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(twin(row));
    });
    return el("li", {}, details);
  };

  /** What the cause means that is looked at. */
  const about = (cause) => {
    const told = causes[cause];
    by("about").replaceChildren();
    if (told === undefined) return;
    by("about").append(el("div", { class: "about" },
      el("h3", {}, cause),
      el("p", {}, told.means),
      el("p", {}, el("strong", {}, "What to do: "), told.fix),
      el("p", {}, el("small", {}, told.severity))));
  };

  // ---- one instance

  const twin = (row) => {
    const verdict = get(row, "verdict");
    const [kind] = verdict.split("/");
    const told = causes[get(row, "cause")];
    const base = sent(row, "base");
    const step = sent(row, "step");
    const words = {};
    if (Array.isArray(row[at.twin])) ["given", "base", "edit", "unchanged", "about"].forEach((name, place) => { words[name] = values[row[at.twin][place]]; });
    return el("div", { class: "twin" },
      reason(get(row, "reason")),
      words.about && el("p", {}, words.about),
      steps(row, words, base, step),
      kind === "not-claimed" || kind === "not-applicable" ? undefined : answers(get(row, "expected"), get(row, "observed"), kind),
      isAnswerOf(step?.answer ?? (kind === "deviates" ? get(row, "observed") : base?.answer)),
      doctor(get(row, "signature"), get(row, "strings")),
      step && curl("The request that failed", step.curl),
      curl("The edited request", edited(row)),
      base && curl("The base request", base.curl),
      curl("The same, signed now, with the credentials of your profile", `oss403 curl '${row[at.id]}' --target ${data.target}`),
      told && sources(told));
  };

  const reason = (said) => {
    if (!said) return undefined;
    const [first, ...rest] = said.split("\n");
    return el("div", {}, el("p", { class: "reason" }, el("strong", {}, quoted(first))), rest.length > 0 && el("pre", {}, rest.map((line) => marked(line[0], `${line}\n`))));
  };
  /** Names between backticks look like what they are. */
  const quoted = (said) => said.split("`").map((part, place) => (place % 2 === 1 ? el("code", {}, part) : part));
  const marked = (mark, line) => (mark === "-" ? el("del", {}, line) : mark === "+" ? el("ins", {}, line) : line);

  const answer = ({ status, code, message }) => [status ?? "no answer", code, message && `“${message}”`].filter(Boolean).join(" ");
  const steps = (row, words, base, step) => {
    const list = el("dl", { class: "steps" });
    const add = (term, ...says) => says.some(Boolean) && list.append(el("dt", {}, term), el("dd", {}, ...says));
    add("given", words.given && el("code", {}, words.given));
    if (step) add("failed before", `answered ${answer(step.answer)}`);
    add("base", words.base && el("code", {}, words.base), base && ` → answered ${answer(base.answer)}`);
    add("one edit", words.edit && el("code", {}, words.edit));
    add("unchanged", words.unchanged && el("code", {}, words.unchanged));
    const matrix = Object.entries(get(row, "matrix") ?? {});
    if (matrix.length > 0) add("where", matrix.map(([axis, label]) => `${axis} is ${label}`).join(", "));
    if (row[at.attempts] > 1) add("attempts", String(row[at.attempts]));
    return list;
  };

  /** Expected and observed beside each other; what differs is marked word by word. */
  const answers = (expected, observed, kind) => {
    const body = el("tbody");
    const line = (name, due, came, same) => {
      const [left, right] = same || came === undefined ? [[String(due)], [came === undefined ? "(none)" : String(came)]] : differ(String(due), String(came));
      const verdict = kind === "not-provoked" && came === undefined ? "–" : same ? "✓ same" : "✗ differs";
      body.append(el("tr", {}, el("th", { scope: "row" }, name), el("td", { "data-as": "expected" }, ...left), el("td", { "data-as": "observed" }, ...right), el("td", {}, verdict)));
    };
    const bare = (said) => said?.trim().replace(/\.$/, "");
    const came = (value) => value ?? undefined;
    const forms = [expected, ...(expected.alternatives ?? [])];
    const is = (name, equal) => forms.some((form) => form[name] === undefined || equal(form[name]));
    const status = came(observed.status);
    const code = came(observed.code);
    const message = came(observed.message);
    // An answer to HEAD has no document: then nothing is said of code and message, whatever the verdict.
    const silent = kind === "conformant";
    const starts = (due) => due === "*" || (message !== undefined && bare(message).startsWith(bare(due)));
    line("status", expected.status, status, is("status", (due) => due === status));
    line("code", expected.code, code, (silent && code === undefined) || is("code", (due) => due === code));
    line("message", expected.message, message, (silent && message === undefined) || is("message", starts));
    for (const [name, due] of expected.elements ?? []) {
      const said = name === "EC" ? came(observed.ec) : undefined;
      if (said !== undefined) line(name, due, said, due === "*" || due === said);
    }
    const table = el("table", {}, el("thead", {}, el("tr", {},
      ...["", "expected", "observed", ""].map((title) => (title ? el("th", { scope: "col" }, title) : el("td", {}))))), body);
    const others = (expected.alternatives ?? []).map((form) => answer({ status: form.status ?? expected.status, ...form }));
    const ec = came(observed.ec);
    return el("div", {}, table,
      others.length > 0 && el("p", {}, el("small", {}, `or, as sources show too: ${others.join("; ")}`)),
      ec && el("p", {}, el("small", {}, `EC of the answer: ${ec}`)));
  };

  /** What two lists have in common and what not, in order: `both(a, b)`, `one(a)`, `other(b)`. */
  const walk = (a, b, { both, one, other }) => {
    const same = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i -= 1) {
      for (let j = b.length - 1; j >= 0; j -= 1) same[i][j] = a[i] === b[j] ? same[i + 1][j + 1] + 1 : Math.max(same[i + 1][j], same[i][j + 1]);
    }
    let [i, j] = [0, 0];
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) {
        both(a[i], b[j]);
        [i, j] = [i + 1, j + 1];
      } else if (j >= b.length || (i < a.length && same[i + 1][j] >= same[i][j + 1])) {
        one(a[i]);
        i += 1;
      } else {
        other(b[j]);
        j += 1;
      }
    }
  };
  /** Two sentences word by word: what only the first has in `del`, what only the second has in `ins`. */
  const differ = (first, second) => {
    const [a, b] = [first, second].map((said) => said.split(/(?<=\s)/).slice(0, 400));
    const [left, right] = [[], []];
    walk(a, b, {
      both: (due, came) => { left.push(due); right.push(came); },
      one: (word) => left.push(el("del", {}, word)),
      other: (word) => right.push(el("ins", {}, word)),
    });
    return [left, right];
  };

  const isAnswerOf = (observed) => {
    const others = observed?.is_the_answer_of ?? [];
    if (others.length === 0) return undefined;
    const links = others.flatMap((cause, place) => [place > 0 ? ", " : "", el("a", { href: `#cause=${encodeURIComponent(cause)}` }, cause)]);
    return el("p", {}, "That is the answer of OSS to ", ...links, ".");
  };

  const doctor = (guess, strings) => {
    if (guess === undefined && strings === undefined) return undefined;
    const box = el("div", { class: "doctor" }, el("h3", {}, "The doctor"));
    if (guess !== undefined) box.append(el("p", {}, "The signature, as far as the server is right: ", guess));
    if (strings !== undefined) {
      const seen = (said) => said.replaceAll("\r", "␍").split(/(?<=\n)/).map((line) => line.replace("\n", "⏎"));
      box.append(el("p", {}, "StringToSign: `-` as it was sent, `+` as the answer reports it, ⏎ ends a line."), el("pre", {}, lines(seen(strings.sent), seen(strings.reported))));
    }
    return box;
  };
  const lines = (a, b) => {
    const out = [];
    walk(a, b, {
      both: (line) => out.push(`  ${line}\n`),
      one: (line) => out.push(el("del", {}, `- ${line}\n`)),
      other: (line) => out.push(el("ins", {}, `+ ${line}\n`)),
    });
    return out;
  };

  const curl = (title, said) => {
    if (!said) return undefined;
    const button = el("button", { type: "button" }, "Copy");
    const text = el("pre", { tabindex: "0" }, said);
    button.setAttribute("aria-label", `Copy: ${title}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(said);
      } catch {
        getSelection().selectAllChildren(text);
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      by("count").textContent = `Copied: ${title}`;
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    return el("div", { class: "command" }, el("div", { class: "head" }, el("strong", {}, title), button), text);
  };

  const sources = (told) => el("details", {}, el("summary", {}, "What it means, and where that is known from"),
    el("p", {}, told.means),
    el("p", {}, el("strong", {}, "What to do: "), told.fix),
    told.notes && el("p", {}, told.notes),
    el("ul", { class: "sources" }, told.sources.map((source) => el("li", {},
      `${source.kind}${source.date ? ` (${source.date})` : ""}: `,
      source.link ? el("a", { href: source.link, rel: "noopener noreferrer" }, source.place) : source.place,
      source.says && ` – ${source.says}`))));

  // ---- where one is, in the address

  const write = () => {
    const wanted = new URLSearchParams();
    for (const name of fields) if (by(name).value !== "") wanted.set(name, by(name).value);
    history.replaceState(null, "", `#${wanted}`);
  };
  const read = (isLink) => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const id = wanted.get("id");
    for (const name of fields) by(name).value = wanted.get(name) ?? "";
    for (const name of fields.slice(1)) if (by(name).selectedIndex < 0) by(name).value = "";
    list();
    if (id !== null) open(id);
    else if (isLink && location.hash !== "" && !by(location.hash.slice(1))) by("instances").querySelector("h2").focus();
    if (isLink && location.hash !== "" && !by(location.hash.slice(1)) && id === null) by("instances").scrollIntoView();
  };
  const open = (id) => {
    const number = rows.findIndex((row) => row[at.id] === id);
    if (number < 0) return;
    shown = [number];
    made = 0;
    by("list").replaceChildren();
    more();
    by("count").textContent = `1 of ${rows.length.toLocaleString("en")} instances.`;
    const details = by("list").querySelector("details");
    details.open = true;
    by("instances").scrollIntoView();
    details.querySelector("summary").focus({ preventScroll: true });
  };

  for (const name of [...fields, "order"]) by(name).addEventListener("input", () => { list(); write(); });
  by("clear").addEventListener("click", () => {
    for (const name of fields) by(name).value = "";
    list();
    write();
  });
  by("more").addEventListener("click", more);
  addEventListener("hashchange", () => read(true));
  // The sums are painted first.
  requestAnimationFrame(() => setTimeout(() => read(location.hash !== ""), 0));
})();
