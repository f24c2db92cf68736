// The graph: what a repository needs, who needs it, and what a change of it reaches, in which order.

import { at, el, icon, link, said } from "./dom.js";
import { lines } from "./lines.js";
import { address, clock, count } from "./words.js";

const PHASES = ["runtime", "build", "ci", "development"];
const MEANT = { runtime: "at run time", build: "when it is built", ci: "only in CI", development: "only in development" };

let held = new ResizeObserver(() => {});

/** Show what `api/graph` told. `choose(node)` asks for another one, or, with "", for the fleet. */
export function show(told, choose) {
  const before = kept();
  held.disconnect();
  at("graph").replaceChildren(
    ...[
      finder(told, choose),
      ...(told.node ? [neighbourhood(told, choose), waves(told, choose), evidence(told)] : [hotspots(told, choose), cycles(told, choose)]),
      unknown(told),
    ].filter(Boolean),
  );
  at("graph").setAttribute("aria-busy", "false");
  restore(before);
  const picture = at("graph").querySelector(".columns");
  if (!picture) return;
  held = new ResizeObserver(() => lines(picture, told.links, told.node.id));
  held.observe(picture);
}

/** What a person does here while it is drawn anew: typing, a node with the focus, what is unfolded. */
function kept() {
  const active = document.activeElement;
  const typed = active?.matches?.("#graph .finder input") ? active.value : null;
  return { typed, node: active?.closest?.("#graph .node")?.dataset.node, open: at("graph").querySelector("details")?.open };
}

function restore({ typed, node, open }) {
  const box = at("graph").querySelector(".finder input");
  if (typed !== null) {
    box.value = typed;
    box.focus();
  }
  const fold = at("graph").querySelector("details");
  if (fold && open) fold.open = true;
  const nodes = [...at("graph").querySelectorAll(".node")];
  nodes.find((each) => each.dataset.node === node)?.focus({ preventScroll: true });
}

/** Say why nothing can be shown; the box to ask for another node stays. */
export function fail(text, choose) {
  held.disconnect();
  at("graph").replaceChildren(finder({ node: null }, choose), el("p", { class: "problem" }, said(text)));
  at("graph").setAttribute("aria-busy", "false");
}

function panel(title, ...children) {
  return el("section", { class: "panel" }, el("h2", {}, title), ...children);
}

// ---- which node ------------------------------------------------------------------------------

function finder(told, choose) {
  const box = el("input", { type: "search", name: "node", autocomplete: "off", spellcheck: "false", maxlength: 300, placeholder: "owner/name, npm/lodash<4.17.21, docker/python", "aria-label": "Draw what surrounds a repository, a package or an image", value: told.node?.id ?? "" });
  const form = el("form", { class: "finder", role: "search" }, box, el("button", { type: "submit", class: "plain" }, "Draw"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choose(box.value.trim());
  });
  const back = told.node ? el("button", { type: "button", class: "plain" }, "Whole fleet") : null;
  back?.addEventListener("click", () => choose(""));
  return el("div", { class: "graph-head" }, form, back);
}

// ---- the neighbourhood -----------------------------------------------------------------------

function heading(depth) {
  if (depth === 0) return "";
  const steps = Math.abs(depth);
  return depth < 0 ? (steps === 1 ? "It needs" : `${steps} steps on`) : steps === 1 ? "Need it" : `in ${steps} steps`;
}

function card(node, here, choose) {
  const button = el(
    "button",
    { type: "button", class: `node ${node.grade ? `g-${node.grade}` : "outside"}`, "data-node": node.id, "aria-current": here ? "true" : null, title: node.exposure ? `${node.id}, ${MEANT[node.exposure]}` : node.id },
    node.grade ? icon(node.grade) : el("span", { class: "kind" }, node.kind),
    el("bdi", { class: "id" }, node.id.split("/").flatMap((part, index) => (index ? ["/", el("wbr"), part] : [part]))),
    node.environment ? el("span", { class: "fact tag" }, said(node.environment)) : null,
  );
  if (node.exposure) button.dataset.phase = node.exposure;
  button.addEventListener("click", () => (here ? (location.hash = node.kind === "repository" ? address(node.id) : "") : choose(node.id)));
  return el("li", {}, button);
}

function column(told, one, choose) {
  const title = heading(one.depth);
  const more = one.omitted ? el("li", { class: "more" }, `and ${one.omitted} more`) : null;
  return el("div", { class: "column", "data-depth": one.depth }, title ? el("h3", {}, title) : null, el("ul", { role: "list" }, one.nodes.map((node) => card(node, node.id === told.node.id, choose)), more));
}

function neighbourhood(told, choose) {
  const columns = el("div", { class: "columns" }, told.columns.filter((one) => one.nodes.length).map((one) => column(told, one, choose)));
  for (const name of ["pointerover", "focusin"]) columns.addEventListener(name, (event) => light(columns, event.target.closest?.(".node")));
  for (const name of ["pointerleave", "focusout"]) columns.addEventListener(name, () => light(columns, null));
  const reached = PHASES.filter((phase) => told.impact[phase]).map((phase) => el("span", { class: "fact", "data-phase": phase }, el("i", { class: "dot" }), `${told.impact[phase]} ${MEANT[phase]}`));
  const sum = reached.length ? el("p", { class: "facts" }, "A change of it reaches ", reached) : el("p", { class: "calm" }, "Nothing that was looked at needs it.");
  return panel(told.node.id, sum, columns);
}

/** The lines of one node stand out, the others step back. */
function light(columns, node) {
  const id = node?.dataset.node;
  columns.classList.toggle("lit", Boolean(id));
  for (const line of columns.querySelectorAll("path[data-from]")) line.classList.toggle("on", line.dataset.from === id || line.dataset.to === id);
}

// ---- what a change reaches -------------------------------------------------------------------

function place(evidence) {
  if (!evidence) return null;
  const where = evidence.line ? `${evidence.file}:${evidence.line}` : evidence.file;
  if (!where) return el("span", { class: "since" }, "by its address");
  if (!evidence.url) return el("code", {}, said(where));
  const anchor = link(evidence.url);
  anchor.replaceChildren(el("code", {}, said(where)));
  return anchor;
}

function step(row, choose) {
  const name = el("button", { type: "button", class: "key" }, said(row.id));
  name.addEventListener("click", () => choose(row.id));
  return el(
    "li",
    { "data-phase": row.exposure },
    el("i", { class: "dot" }),
    row.grade ? el("span", { class: `g-${row.grade} grade` }, icon(row.grade)) : null,
    name,
    row.environment ? el("span", { class: "fact tag" }, said(row.environment)) : null,
    row.exposure === "runtime" || !row.exposure ? null : el("span", { class: "since" }, MEANT[row.exposure]),
    row.together ? el("span", { class: "since" }, "with the others of its cycle") : null,
    row.versions?.length ? el("span", { class: "since" }, said(row.versions.join(", "))) : null,
    place(row.pin),
  );
}

function waves(told, choose) {
  if (!told.waves.length) return null;
  const items = told.waves.map((wave, index) =>
    el("li", { class: "wave" }, el("h3", {}, index ? `Wave ${index}` : "First"), el("ul", { role: "list" }, wave.repositories.map((row) => step(row, choose)), wave.omitted ? el("li", { class: "more" }, `and ${wave.omitted} more`) : null)),
  );
  return panel("When it changes, in this order", el("ol", { class: "waves", role: "list" }, items));
}

// ---- evidence --------------------------------------------------------------------------------

function evidence(told) {
  if (!told.links.length) return null;
  const head = ["needs", "as", "version", "when", "seen", "where it says so"].map((word) => el("th", { scope: "col" }, word));
  const rows = told.links.map((each) =>
    el(
      "tr",
      { "data-phase": each.phase },
      el("th", { scope: "row" }, said(each.from), " → ", said(each.to)),
      el("td", {}, each.kind, each.sure === "certain" ? null : el("span", { class: "since" }, `, ${each.sure}`)),
      el("td", {}, said(each.versions.join(", ")), each.behind ? el("span", { class: "since" }, ` ${each.behind}`) : null),
      el("td", {}, el("i", { class: "dot" }), each.phase),
      el("td", {}, each.backlog ? "at the first look" : each.since ? clock(each.since) : ""),
      el("td", {}, place(each.evidence), each.places > 1 ? el("span", { class: "since" }, ` and ${each.places - 1} more`) : null),
    ),
  );
  const table = el("div", { class: "wide" }, el("table", { class: "evidence" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "repository"), head.slice(1))), el("tbody", {}, rows)));
  return el("details", { class: "panel fold" }, el("summary", {}, `Evidence of ${count(told.links.length, "line")}`), table);
}

// ---- the whole fleet -------------------------------------------------------------------------

function hotspots(told, choose) {
  if (!told.hotspots.length) return panel("Most depended on", el("p", { class: "calm" }, told.repositories ? "Nothing that was looked at needs anything else of the fleet." : "Nothing was looked at yet."));
  const most = Math.max(...told.hotspots.map((each) => each.all));
  const rows = told.hotspots.map((each) => {
    const name = el("button", { type: "button", class: "key" }, said(each.id));
    name.addEventListener("click", () => choose(each.id));
    const bar = el("span", { class: "bars", "aria-hidden": "true" });
    for (const phase of PHASES.filter((one) => each.phases[one])) {
      const part = el("i", { "data-phase": phase });
      part.style.width = `${(100 * each.phases[phase]) / most}%`;
      bar.append(part);
    }
    return el("tr", {}, el("th", { scope: "row" }, each.grade ? el("span", { class: `g-${each.grade} grade` }, icon(each.grade)) : null, name), el("td", { class: "number" }, String(each.direct)), el("td", { class: "number" }, String(each.all)), el("td", { class: "share-of" }, bar), el("td", { class: "number" }, `${Math.round(100 * each.share)} %`));
  });
  const head = el("tr", {}, ["repository", "directly", "in all", "", "of the others"].map((word) => el("th", { scope: "col" }, word)));
  const key = el("p", { class: "facts" }, PHASES.map((phase) => el("span", { class: "fact", "data-phase": phase }, el("i", { class: "dot" }), MEANT[phase])));
  const sum = el("p", {}, `${count(told.repositories, "repository").replace("repositorys", "repositories")}, ${count(told.edges, "edge")} among them, ${told.orphans} that nothing connects.`);
  return panel("Who everybody depends on", sum, key, el("div", { class: "wide" }, el("table", { class: "hotspots" }, el("thead", {}, head), el("tbody", {}, rows))));
}

function cycles(told, choose) {
  if (!told.cycles.length) return null;
  const items = told.cycles.map((names) => {
    const steps = [...names, names[0]].map((name) => {
      const button = el("button", { type: "button", class: "key" }, said(name));
      button.addEventListener("click", () => choose(name));
      return button;
    });
    return el("li", {}, steps.flatMap((button, index) => (index ? [" → ", button] : [button])));
  });
  return panel("Cycles", el("ul", { class: "cycles" }, items));
}

function unknown(told) {
  if (!told.unlooked.length) return null;
  return panel("What the graph doesn't know", ...told.unlooked.map((reason) => el("p", { class: "unknown" }, icon("unknown"), said(reason))));
}
