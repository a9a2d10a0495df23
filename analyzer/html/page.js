"use strict";
// Shows the report that stands in the page as JSON. Everything that a builder could have written reaches the
// document as text nodes only. Trees and lists are built when they are opened, so that 100,000 findings load.
(() => {
  const CHUNK = 200;
  const VERDICTS = ["divergent", "incomplete", "explained", "equivalent"];
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const report = data("report");
  const context = data("context");
  const byId = new Map(report.findings.map((finding) => [finding.id, finding]));
  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== false && value !== undefined) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== undefined && child !== ""));
    return made;
  };
  const number = (value) => value.toLocaleString("en").replaceAll(",", " ");
  const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
  const bits = (value) => (value === null ? "unbounded" : value.toFixed(1));
  const worse = (a, b) => (VERDICTS.indexOf(a) <= VERDICTS.indexOf(b) ? a : b);
  const standing = (finding) => context.standings[finding.id - 1];

  // Filters.
  const filter = { text: "", cause: "", verdicts: new Set(VERDICTS), derived: false, failing: false };
  const matches = (finding) =>
    filter.verdicts.has(finding.verdict) &&
    (filter.derived || !finding.derived) &&
    (!filter.failing || standing(finding) === "fails") &&
    (filter.cause === "" || finding.cause === filter.cause) &&
    (filter.text === "" || searchable(finding).includes(filter.text));
  const searchable = (finding) =>
    (finding.text ??= [finding.location, finding.cause, finding.note, finding.left?.value, finding.right?.value]
      .join("\n").toLowerCase());

  // The tree: members of the artifact, then folders of their names. Findings hang below the last part.
  let root;
  const parts = (location) => {
    const at = location.search(/[#@]/);
    const members = (at < 0 ? location : location.slice(0, at)).split("!").slice(1);
    const out = [];
    members.forEach((member, i) => {
      const folders = member.split(/(?<=\/)/);
      folders.forEach((folder, j) => out.push((i > 0 && j === 0 ? "!" : "") + folder));
    });
    return { path: out, field: at < 0 ? "" : location.slice(at) };
  };
  const grow = () => {
    root = { children: new Map(), findings: [], count: 0, worst: "equivalent" };
    for (const finding of report.findings) {
      if (!matches(finding)) continue;
      let node = root;
      const note = () => { node.count += 1; node.worst = worse(node.worst, finding.verdict); };
      note();
      for (const part of parts(finding.location).path) {
        let child = node.children.get(part);
        if (!child) {
          child = { name: part, children: new Map(), findings: [], count: 0, worst: "equivalent" };
          node.children.set(part, child);
        }
        node = child;
        note();
      }
      node.findings.push(finding);
    }
  };

  const tree = element("ul", { role: "tree", "aria-label": "Findings by place" });
  const count = element("span", { class: "dim", "aria-live": "polite" });
  const detail = element("section", { class: "detail", "aria-label": "Finding", tabindex: "-1" });
  let selected = null;

  const select = (item) => {
    if (selected) {
      selected.setAttribute("aria-selected", "false");
      selected.tabIndex = -1;
    }
    selected = item;
    item.setAttribute("aria-selected", "true");
    item.tabIndex = 0;
    item.focus({ preventScroll: true });
    item.firstChild.scrollIntoView({ block: "nearest" });
    if (item.finding) show(item.finding);
  };
  const item = (label, verdict, extra, own) => {
    const row = element("div", { class: "row" }, element("span", { class: "twist", "aria-hidden": "true" }),
      element("span", { class: "place" }, label), element("span", { class: verdict }, extra));
    const made = element("li", { role: "treeitem", "aria-selected": "false", tabindex: "-1" }, row);
    Object.assign(made, own);
    row.addEventListener("click", () => { select(made); if (made.node) toggle(made); });
    if (made.node) {
      made.setAttribute("aria-expanded", "false");
      row.firstChild.textContent = "▸";
    }
    return made;
  };
  // A chain of folders with nothing else in them is one line.
  const folded = (node) => {
    let name = node.name;
    while (node.children.size === 1 && node.findings.length === 0) {
      node = node.children.values().next().value;
      name += node.name;
    }
    return { node, name };
  };
  const entries = (node) => [
    ...[...node.children.values()].map((child) => () => {
      const { node: inner, name } = folded(child);
      return item(name, inner.worst, number(inner.count), { node: inner });
    }),
    ...node.findings.map((finding) => () =>
      item(parts(finding.location).field || "(whole)", finding.verdict, finding.cause, { finding })),
  ];
  const fill = (list, makers, from) => {
    for (const make of makers.slice(from, from + CHUNK)) list.append(make());
    const left = makers.length - from - CHUNK;
    if (left <= 0) return;
    const more = item(`${number(left)} more…`, "dim", "", {});
    more.more = () => {
      const before = more.previousSibling;
      more.remove();
      fill(list, makers, from + CHUNK);
      select(before.nextSibling);
    };
    more.firstChild.addEventListener("click", () => more.more());
    list.append(more);
  };
  const toggle = (made, open = made.getAttribute("aria-expanded") !== "true") => {
    made.setAttribute("aria-expanded", String(open));
    made.firstChild.firstChild.textContent = open ? "▾" : "▸";
    if (open && made.children.length === 1) {
      const group = element("ul", { role: "group" });
      fill(group, entries(made.node), 0);
      made.append(group);
    }
    if (made.children[1]) made.children[1].hidden = !open;
  };
  const visible = () => [...tree.querySelectorAll('[role="treeitem"]')].filter((each) => !each.closest("[hidden]"));
  const step = (by) => {
    const all = visible();
    const at = all.indexOf(selected);
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) select(next);
  };
  tree.addEventListener("focusin", (event) => {
    if (!selected) select(event.target.closest('[role="treeitem"]'));
  });
  tree.addEventListener("keydown", (event) => {
    if (!selected || event.ctrlKey || event.metaKey || event.altKey) return;
    const expanded = selected.getAttribute("aria-expanded");
    const actions = {
      ArrowDown: () => step(1), ArrowUp: () => step(-1),
      Home: () => step(-Infinity), End: () => step(Infinity),
      ArrowRight: () => { if (expanded === "false") toggle(selected, true); else if (expanded === "true") step(1); },
      ArrowLeft: () => {
        const parent = selected.parentElement.closest('[role="treeitem"]');
        if (expanded === "true") toggle(selected, false); else if (parent) select(parent);
      },
      Enter: () => { if (selected.more) selected.more(); else if (selected.node) toggle(selected); else detail.focus(); },
    };
    actions[" "] = actions.Enter;
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });

  const refresh = () => {
    grow();
    tree.replaceChildren();
    selected = null;
    fill(tree, entries(root), 0);
    if (tree.children.length === 1 && tree.firstChild.node) toggle(tree.firstChild, true);
    if (tree.firstChild) tree.firstChild.tabIndex = 0;
    count.textContent = `${number(root.count)} of ${counted(report.findings.length, "finding")}`;
    for (const row of document.querySelectorAll("tr[data-cause]")) {
      row.setAttribute("aria-pressed", String(row.dataset.cause === filter.cause));
    }
    causeFilter.value = filter.cause;
  };

  // The detail of one finding. What both values begin and end with stands plain, the rest is marked.
  const marked = (value, other) => {
    const text = [...value];
    const against = [...(other ?? "")];
    let begin = 0;
    while (begin < text.length && begin < against.length && text[begin] === against[begin]) begin += 1;
    let end = 0;
    while (end < Math.min(text.length, against.length) - begin && text.at(-1 - end) === against.at(-1 - end)) end += 1;
    const cut = (from, to) => text.slice(from, to).join("");
    return element("div", { class: "value" }, cut(0, begin), element("mark", {}, cut(begin, text.length - end)),
      cut(text.length - end, text.length));
  };
  const side = (label, own, other) => element("div", {}, element("strong", {}, label), " ",
    element("span", { class: "dim" }, own ? `at byte ${number(own.offset)}, ${counted(own.length, "byte")}` : "absent"),
    own ? marked(own.value, other?.value) : "");
  const reference = (id) => {
    const other = byId.get(id);
    return element("div", {}, element("button", { type: "button", onclick: () => other && show(other) },
      other ? `#${id} ${other.cause}` : `#${id}`), " ", element("code", {}, other ? other.location : "not listed"));
  };
  const show = (finding) => {
    const cause = context.causes[finding.cause] ?? {};
    const rows = [];
    const row = (label, ...values) => {
      if (values.some((value) => value)) rows.push(element("dt", {}, label), element("dd", {}, ...values));
    };
    row("where", element("code", {}, finding.location));
    row("field", `${finding.field} (${finding.kind}, format ${finding.format})`);
    row("verdict", element("span", { class: finding.verdict }, finding.verdict),
      `: ${finding.effect} field, proof ${finding.proof}, severity ${finding.severity}` +
      (finding.touches_code ? ", touches code" : ""));
    row("size", `${counted(finding.differences, "difference")}, ${counted(finding.bytes, "byte")}, ` +
      `${bits(finding.capacity_bits)} ${finding.capacity_bits === null ? "freedom" : "bits"} for whoever controls one side`);
    row("observed", (finding.observed ?? []).length > 0
      ? `changes when this alone is varied: ${finding.observed.join(", ")}` : "");
    row("note", finding.note);
    row("baseline", context.reasons[finding.id]);
    row("meaning", cause.meaning);
    row("told by", cause.evidence);
    row("fix", finding.remedy || cause.remedy);
    row("risk", cause.risk);
    if (finding.derived_from.length > 0) row("from", ...finding.derived_from.map(reference));
    detail.replaceChildren(
      element("h2", {}, `#${finding.id} ${finding.cause} `, element("span", { class: "dim" }, cause.title ?? "")),
      element("div", { class: "pair" }, side("left", finding.left, finding.right),
        side("right", finding.right, finding.left)),
      element("dl", {}, ...rows));
    detail.scrollTop = 0;
  };

  // The head: verdict, sides, root causes.
  const head = element("header", {},
    element("h1", {}, "unrepro: ", element("span", { class: report.verdict }, context.headline),
      context.passes ? ", accepted" : ", not accepted"),
    element("div", { class: "dim" }, [report.subject,
      report.members > 1 ? `${number(report.differing_members)} of ${counted(report.members, "file")} differ` : "",
      counted(report.alerts, "alert"),
      `${number(report.accounting.explained_bytes)} of ${counted(report.accounting.differing_bytes, "differing byte")} explained`,
    ].filter(Boolean).join("; ")));
  const sides = element("div", { class: "sides" });
  for (const name of ["left", "right"]) {
    const each = report[name];
    sides.append(element("span", { class: "dim" }, name), element("span", {}, element("code", {}, each.path),
      element("span", { class: "dim" }, `  ${each.format}, ${counted(each.size, "byte")}` +
        (each.sha256 ? `, sha256 ${each.sha256.slice(0, 16)}…` : ""))));
  }
  head.append(sides);

  const toggleCause = (id) => {
    filter.cause = filter.cause === id ? "" : id;
    refresh();
  };
  const causes = element("tbody");
  for (const cause of report.causes) {
    causes.append(element("tr", { "data-cause": cause.id, tabindex: "0", role: "button", "aria-pressed": "false",
      onclick: () => toggleCause(cause.id),
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        toggleCause(cause.id);
      } },
    element("td", {}, element("strong", {}, cause.id), element("div", { class: "dim" }, cause.title)),
    element("td", { class: cause.verdict }, cause.verdict, cause.blocking ? ", blocks" : ""),
    element("td", {}, cause.proof),
    element("td", { class: "number" }, number(cause.findings)), element("td", { class: "number" }, number(cause.bytes)),
    element("td", { class: "number" }, bits(cause.capacity_bits)),
    element("td", {}, ...cause.notes.slice(0, 2).map((note) => element("div", {}, element("code", {}, note))),
      element("div", { class: "dim" }, cause.remedy))));
  }
  // The experiment: which files differ when only this is varied.
  const experiment = () => {
    const observations = report.observations ?? [];
    if (observations.length === 0) return "";
    const variations = [...new Set(observations.map((each) => each.variation))];
    const files = new Map();
    for (const each of observations) {
      if (!files.has(each.file)) files.set(each.file, []);
      files.get(each.file).push(each);
    }
    const body = element("tbody");
    const rows = [...files];
    const add = (from, to) => {
      for (const [file, seen] of rows.slice(from, to)) {
        body.append(element("tr", {}, element("th", { scope: "row" }, element("code", {}, file)),
          ...variations.map((variation) => {
            const found = seen.filter((each) => each.variation === variation);
            return element("td", {}, found.map((each) => each.cause + (each.marker ? " (its value is in the file)" : ""))
              .join(", "));
          })));
      }
      if (rows.length > to) {
        const more = element("button", { type: "button", onclick: () => { more.closest("tr").remove(); add(to, to + CHUNK); } },
          `${number(rows.length - to)} more files…`);
        body.append(element("tr", {}, element("td", {}, more)));
      }
    };
    add(0, 10);
    return element("section", { class: "experiment" }, element("h2", {}, "Observed, varying one at a time"),
      element("table", {}, element("thead", {}, element("tr", {}, element("th", {}, "file"),
        ...variations.map((variation) => element("th", { scope: "col" }, variation)))), body));
  };
  const titled = (title, rows) => rows.length === 0 ? "" : element("section", {}, element("h2", {}, title),
    element("ul", {}, ...rows.map((row) => element("li", {}, element("code", {}, row)))));
  head.append(
    report.causes.length === 0 ? "" : element("section", {}, element("h2", {}, "Root causes"), element("table", {},
      element("thead", {}, element("tr", {}, ...["cause", "verdict", "proof"].map((name) => element("th", {}, name)),
        ...["findings", "bytes", "bits"].map((name) => element("th", { class: "number" }, name)),
        element("th", {}, "note and fix"))), causes)),
    experiment(),
    titled("Not checked", report.incomplete.map((each) => `${each.location}: ${each.reason}`)),
    titled("Leads", report.leads.map((lead) => `${lead.id}: ${lead.evidence}`)),
    titled("Baseline", context.notes),
    titled("Not listed", report.omitted.findings > 0 ? [counted(report.omitted.findings, "finding")] : []));

  const box = (label, checked, change) => element("label", {}, element("input", { type: "checkbox", checked,
    onchange: (event) => { change(event.target.checked); refresh(); } }), ` ${label}`);
  const search = element("input", { type: "search", placeholder: "Search place, value, cause  ( / )",
    "aria-label": "Search", oninput: () => {
      clearTimeout(search.timer);
      search.timer = setTimeout(() => { filter.text = search.value.toLowerCase(); refresh(); }, 150);
    } });
  const causeFilter = element("select", { "aria-label": "Cause",
    onchange: () => { filter.cause = causeFilter.value; refresh(); } }, element("option", { value: "" }, "all causes"),
  ...[...new Set(report.findings.map((finding) => finding.cause))].sort()
    .map((id) => element("option", { value: id }, id)));
  const theme = () => {
    const now = document.documentElement.dataset.theme ??
      (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  };
  const help = element("dialog", { "aria-label": "Keys" }, element("h2", {}, "Keys"), element("dl", {},
    ...[["/", "search"], ["j k ↓ ↑", "next and previous line"], ["→ ←", "open and close"], ["Enter", "open, or read the finding"],
      ["1 2 3 …", "only this root cause"], ["0", "all causes"], ["t", "light or dark"], ["?", "this list"]]
      .flatMap(([key, what]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)])),
  element("button", { type: "button", onclick: () => help.close() }, "Close"));
  const filters = element("div", { class: "filters", role: "search" }, search, causeFilter,
    ...VERDICTS.map((verdict) => box(verdict, true, (on) => filter.verdicts[on ? "add" : "delete"](verdict))),
    box("only failing", false, (on) => { filter.failing = on; }), box("derived", false, (on) => { filter.derived = on; }),
    count, element("button", { type: "button", onclick: theme }, "Theme"),
    element("button", { type: "button", onclick: () => help.showModal() }, "Keys"));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input[type=search], select");
    if (event.key === "Escape" && typing) { tree.firstChild?.focus(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const cause = /^[1-9]$/.test(event.key) ? report.causes[Number(event.key) - 1] : undefined;
    if (event.key === "/") search.focus();
    else if (event.key === "?") help.showModal();
    else if (event.key === "t") theme();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "0" && filter.cause) toggleCause(filter.cause);
    else if (cause) toggleCause(cause.id);
    else return;
    event.preventDefault();
  });

  document.body.append(head, element("main", {}, ...(report.findings.length === 0 ? [] : [filters,
    element("div", { class: "columns" }, tree, detail)])), help);
  refresh();
  const first = report.findings.find((finding) => !finding.derived) ?? report.findings[0];
  if (first) show(first);
})();
