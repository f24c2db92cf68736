// One repository in full, in a sheet at the side.

import { ci, home } from "./ci.js";
import { at, el, icon, link, said } from "./dom.js";
import { draw } from "./views.js";
import { age, clock, count, parts, title } from "./words.js";

const SHOWN_BRANCHES = 12;

const time = (iso) => el("time", { datetime: iso, title: clock(iso) }, age(iso));

function part(heading, number, ...children) {
  const head = el("h3", {}, heading, number ? el("span", { class: "number" }, String(number)) : null);
  return el("section", {}, head, children);
}

function head(one) {
  const [owner, name] = parts(one.name);
  const close = el("button", { type: "button", class: "close", "aria-label": "Close" }, icon("close"));
  close.addEventListener("click", () => at("detail").close());
  const graph = el("button", { type: "button", class: "to-graph", title: "What it needs, and who needs it", "aria-label": "Graph" }, icon("graph"));
  graph.addEventListener("click", () => {
    at("detail").close();
    draw(one.name);
  });
  const facts = [
    one.path ? el("p", { class: "path" }, el("code", {}, said(one.path))) : null,
    one.url ? el("p", { class: "path" }, link(one.url)) : null,
    one.description ? el("p", {}, said(one.description)) : null,
    el(
      "p",
      { class: "facts" },
      [...one.labels, ...(one.environment ? [one.environment] : [])].map((label) => el("span", { class: "fact tag" }, said(label))),
      one.as_of ? el("span", { class: "fact" }, icon("clock"), "looked at ", time(one.as_of)) : null,
      one.freshness === "fresh" ? null : el("span", { class: "fact old" }, one.freshness),
    ),
  ];
  return el(
    "header",
    { class: `sheet-head g-${one.grade}` },
    el(
      "div",
      { class: "row" },
      icon(one.grade),
      el("h2", { id: "detail-name", tabindex: -1 }, said(owner, "owner"), said(name, "last")),
      graph,
      close,
    ),
    el("p", { class: "verdict" }, el("b", {}, one.score === null ? "–" : String(one.score)), el("span", {}, title(one.grade))),
    facts,
  );
}

function costs(one) {
  if (!one.costs.length && !one.unknown.length) return null;
  const rows = one.costs.map((cost) => {
    const share = el("i");
    share.style.width = `${Math.max(2, cost.points)}%`;
    const many = cost.count > 1 ? el("span", { class: "times" }, ` × ${cost.count}`) : null;
    const bar = el("span", { class: `part s-${cost.severity}`, "aria-hidden": true }, share);
    return el("li", {}, el("span", {}, said(cost.rule), many), bar, el("span", { class: "points" }, `−${cost.points}`));
  });
  const unknown = one.unknown.map((text) => el("li", { class: "unknown" }, icon("unknown"), said(text)));
  return part("What it cost", 0, el("ul", { class: "costs", role: "list" }, rows, unknown));
}

/** A text whose `commands` stand in backticks. */
function commands(text) {
  return text.split("`").map((piece, index) => (index % 2 ? el("code", {}, said(piece)) : said(piece)));
}

function finding(found) {
  return el(
    "li",
    { class: "finding" },
    el(
      "p",
      { class: "line" },
      el("span", { class: `severity s-${found.severity}` }, found.severity),
      el("b", {}, said(found.rule)),
      found.scanner ? el("span", { class: "fact tag" }, said(found.scanner)) : null,
      el("span", { class: "since" }, found.baseline ? "at the first look" : "since ", found.baseline ? null : time(found.opened_at)),
    ),
    el("p", {}, said(found.message)),
    found.location ? el("p", { class: "path" }, el("code", {}, said(found.location))) : null,
    found.package ? el("p", { class: "path" }, el("code", {}, said(found.package)), el("span", {}, said(found.advisory)), el("span", {}, found.fixed ? "mended by " : "no version mends it yet", found.fixed ? said(found.fixed) : null)) : null,
    found.remediation ? el("p", { class: "fix" }, el("span", {}, "Fix"), commands(found.remediation)) : null,
  );
}

function findings(one) {
  if (!one.findings.length) return part("Findings", 0, el("p", { class: "calm" }, "None open."));
  const more = one.findings_omitted ? el("p", { class: "calm" }, `${one.findings_omitted} more are not shown.`) : null;
  return part("Findings", one.findings.length + one.findings_omitted, el("ul", { class: "findings", role: "list" }, one.findings.map(finding)), more);
}

/** Which scanner looked at what, and what nobody did: no finding means nothing where nobody looked. */
function scans(one) {
  const unlooked = one.unlooked.map((reason) => el("p", { class: "unknown" }, icon("unknown"), said(reason)));
  const rows = one.scans.map((look) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, said(look.scanner)),
      el("td", {}, look.reason ? el("span", { class: "unknown" }, icon("unknown"), said(look.reason)) : count(look.files, "file")),
      el("td", {}, look.commit ? el("code", {}, look.commit.slice(0, 7)) : ""),
      el("td", {}, time(look.at)),
    ),
  );
  return part("Scanned", 0, unlooked, rows.length ? el("table", {}, el("tbody", {}, rows)) : null);
}

function worktree(tree) {
  if ("reason" in tree) return el("li", { class: "unknown" }, icon("unknown"), said(tree.reason));
  const place = tree.branch ?? (tree.head ? `detached at ${tree.head.slice(0, 10)}` : "no commit yet");
  const words = [
    [tree.staged, "staged"],
    [tree.modified, "modified"],
    [tree.untracked, "untracked"],
    [tree.conflicts, "in conflict"],
    [tree.unfiltered, "not comparable"],
    [tree.ahead, "ahead"],
    [tree.behind, "behind"],
  ].filter(([number]) => number);
  const state = words.map(([number, word]) => `${number} ${word}`).join(", ") || "clean";
  const doing = tree.operation ? el("span", { class: "severity s-high" }, `in a ${tree.operation}`) : null;
  const examples = tree.examples.length ? el("p", { class: "path" }, tree.examples.map((path) => el("code", {}, said(path)))) : null;
  return el(
    "li",
    {},
    el("p", { class: "line" }, icon("branch"), el("b", {}, said(place)), tree.upstream ? el("span", { class: "since" }, "→ ", said(tree.upstream)) : null, doing),
    el("p", {}, state, el("span", { class: "since" }, " · ", time(tree.at))),
    el("p", { class: "path" }, el("code", {}, said(tree.path))),
    examples,
  );
}

function worktrees(one) {
  const trees = one.clones.flatMap((clone) => clone.worktrees);
  const bare = one.clones.filter((clone) => clone.clone.bare).map((clone) => el("li", {}, "bare: ", el("code", {}, said(clone.clone.path))));
  if (!trees.length && !bare.length) return null;
  return part("Work trees", trees.length, el("ul", { class: "trees", role: "list" }, trees.map(worktree), bare));
}

function branch(one) {
  const state = [
    one.upstream_gone ? "upstream gone" : one.upstream ? "" : "no upstream",
    one.ahead ? `${one.ahead} ahead` : "",
    one.behind ? `${one.behind} behind` : "",
    one.merged ? "merged" : "",
  ].filter(Boolean);
  return el("tr", {}, el("th", { scope: "row" }, said(one.name)), el("td", {}, state.join(", ")), el("td", {}, time(one.committed_at)));
}

function branches(one) {
  const refs = one.clones.map((clone) => clone.refs);
  const failed = refs.filter((group) => "reason" in group).map((group) => el("p", { class: "unknown" }, icon("unknown"), said(group.reason)));
  const all = refs.flatMap((group) => group.branches ?? []);
  const rows = all.map(branch);
  const table = (some) => el("table", {}, el("tbody", {}, some));
  const rest = rows.slice(SHOWN_BRANCHES);
  const more = rest.length ? el("details", {}, el("summary", {}, `${rest.length} more`), table(rest)) : null;
  const omitted = one.branches_omitted ? el("p", { class: "calm" }, `${one.branches_omitted} older ones are not shown.`) : null;
  if (!one.clones.length) return null;
  return part("Branches", all.length + one.branches_omitted, failed, rows.length ? table(rows.slice(0, SHOWN_BRANCHES)) : null, more, omitted);
}

function surroundings(one) {
  const refs = one.clones.map((clone) => clone.refs).filter((group) => !("reason" in group));
  const files = one.clones.map((clone) => clone.files);
  const known = files.find((group) => !("reason" in group));
  const failed = files.filter((group) => "reason" in group).map((group) => el("p", { class: "unknown" }, icon("unknown"), said(group.reason)));
  const rows = [
    ...refs.flatMap((group) => group.remotes.map((remote) => [`remote ${remote.name}`, remote.url])),
    ...refs.flatMap((group) => (group.stashes ? [["stashes", String(group.stashes)]] : [])),
    ...refs.flatMap((group) => (group.shallow || group.partial ? [["clone", group.shallow ? "shallow" : "partial"]] : [])),
    ...(known ? [["tracked", count(known.count, "file")], ["README", known.readme], ["licence", known.license], ["CI", known.ci.join(", ")], ["manifests", known.manifests.join(", ")]] : []),
  ];
  const lines = rows.filter(([, value]) => value).map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, said(name)), el("td", {}, said(value))));
  return lines.length || failed.length ? part("Surroundings", 0, failed, el("table", {}, el("tbody", {}, lines))) : null;
}

/** Fill the sheet and open it, or fill it anew when it is open already. */
export function show(one) {
  const sheet = at("detail");
  const body = el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Details" }, ci(one), costs(one), findings(one), scans(one), home(one), worktrees(one), branches(one), surroundings(one));
  const again = sheet.open && sheet.dataset.name === one.name;
  const scrolled = sheet.querySelector(".scroll")?.scrollTop ?? 0;
  const unfolded = sheet.querySelector("details")?.open ?? false;
  const held = ["close", "scroll"].find((name) => document.activeElement?.classList.contains(name));
  sheet.dataset.name = one.name;
  sheet.replaceChildren(head(one), body);
  if (!sheet.open) sheet.showModal();
  if (again) {
    body.scrollTop = scrolled;
    for (const fold of body.querySelectorAll("details")) fold.open = unfolded;
  }
  (again && held ? sheet.querySelector(`.${held}`) : at("detail-name")).focus({ preventScroll: true });
}

/** Say in the sheet why there is nothing to show. */
export function fail(name, message) {
  const sheet = at("detail");
  const close = el("button", { type: "button", class: "close", "aria-label": "Close" }, icon("close"));
  close.addEventListener("click", () => sheet.close());
  sheet.dataset.name = name;
  sheet.replaceChildren(
    el("header", { class: "sheet-head" }, el("div", { class: "row" }, el("h2", { id: "detail-name", tabindex: -1 }, said(name)), close)),
    el("div", { class: "scroll" }, el("p", { class: "calm" }, said(message))),
  );
  if (!sheet.open) sheet.showModal();
}
