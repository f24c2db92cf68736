// CI and what else a host tells: chips, counts that filter, and the part of the sheet about the host.

import { at, el, icon, said } from "./dom.js";
import { address, age, clock, count } from "./words.js";

const STATES = ["failing", "running", "passing", "none", "unknown"];
const LOUD = ["failing", "running"];
const WORDS = { none: "no CI", unknown: "CI unknown" };
const STANDS = {
  level: "level with the host",
  ahead: "ahead of the host",
  behind: "behind the host",
  diverged: "diverged from the host",
  unknown: "not to be compared with the host yet",
};

const time = (iso) => el("time", { datetime: iso, title: clock(iso) }, age(iso));

/** The state of CI as a mark with words. */
function mark(state) {
  return el("span", { class: `fact ci c-${state}` }, icon(`ci-${state}`), WORDS[state] ?? `CI ${state}`);
}

/** What a tile says of CI: loud where it fails or runs, a small mark where it passes. */
export function chip(row) {
  if (LOUD.includes(row.ci)) return mark(row.ci);
  if (row.ci !== "passing") return null;
  return el("span", { class: "fact ci c-passing", title: "CI passes" }, icon("ci-passing"), el("span", { class: "hidden" }, "CI passing"));
}

/** The same for a crowd of tiles: the sign alone, and only where it is loud. */
export function sign(row) {
  return LOUD.includes(row.ci) ? el("span", { class: `sign c-${row.ci}`, title: `CI ${row.ci}` }, icon(`ci-${row.ci}`)) : null;
}

/** Who may see a repository, as its host says. */
export function visibility(row) {
  if (!row.visibility) return null;
  const face = row.visibility === "public" ? "public" : "private";
  return el("span", { class: "fact", title: row.visibility }, icon(face), el("span", { class: "hidden" }, row.visibility));
}

/** What a tile says of the host besides. */
export function hostFacts(row) {
  return [
    row.archived ? el("span", { class: "fact tag" }, "archived") : null,
    row.fork ? el("span", { class: "fact tag" }, "fork") : null,
    row.pulls ? el("span", { class: "fact" }, icon("pull"), count(row.pulls, "pull")) : null,
    row.alerts ? el("span", { class: "fact old" }, icon("opened"), count(row.alerts, "alert")) : null,
    !row.path && row.pushed_at ? el("span", { class: "fact" }, "pushed ", el("time", { datetime: row.pushed_at }, age(row.pushed_at))) : null,
  ];
}

/** The states of CI as numbers that filter; nothing where no host tells any. */
export function showStates(rows, where, choose) {
  const counts = new Map(STATES.map((state) => [state, 0]));
  for (const row of rows) counts.set(row.ci, counts.get(row.ci) + 1);
  const told = STATES.some((state) => state !== "unknown" && counts.get(state));
  const shown = told ? STATES.filter((state) => counts.get(state) && state !== "none") : [];
  const buttons = shown.map((state) => {
    const chosen = where.split(/\s+/).includes(`ci:${state}`);
    const button = el(
      "button",
      { type: "button", class: `state c-${state}`, "aria-pressed": String(chosen), title: `Show only where CI is ${state}`, "data-state": state },
      icon(`ci-${state}`),
      el("b", {}, String(counts.get(state))),
      el("span", {}, state),
    );
    button.addEventListener("click", () => choose(state));
    return button;
  });
  const held = at("ci").contains(document.activeElement) ? document.activeElement.dataset.state : null;
  at("ci").replaceChildren(...(buttons.length ? [el("span", { class: "label" }, "CI"), ...buttons] : []));
  if (held) at("ci").querySelector(`[data-state="${held}"]`)?.focus();
}

/** How an event came to be known, as it was measured: "seen after 31 s, polling". */
export function seen(data) {
  const { seen_after: after, by } = data ?? {};
  if (typeof after !== "number" && typeof by !== "string") return null;
  const long = typeof after === "number" ? `seen after ${after < 10 ? after.toFixed(1) : Math.round(after)} s` : "seen";
  return el("p", { class: "seen" }, typeof by === "string" ? `${long}, ${by}` : long);
}

// ---- the sheet -------------------------------------------------------------------------------

function run(one) {
  const state = one.status !== "done" ? "running" : one.conclusion === "success" ? "passing" : ["failure", "timed_out", "startup_failure"].includes(one.conclusion) ? "failing" : "none";
  const word = one.status === "done" ? (one.conclusion ?? "done").replaceAll("_", " ") : one.status;
  const bits = [one.attempt > 1 ? `attempt ${one.attempt}` : "", one.seconds === null ? "" : duration(one.seconds)].filter(Boolean);
  return el(
    "li",
    { class: `run c-${state}` },
    icon(`ci-${state}`),
    el("span", { class: "ran" }, el("b", {}, said(one.workflow)), " ", word, bits.length ? el("span", { class: "since" }, ` · ${bits.join(" · ")}`) : null, el("span", { class: "since" }, " · ", time(one.at))),
    one.url ? el("a", { href: one.url, rel: "noreferrer noopener", target: "_blank", class: "out" }, one.ci_run, el("span", { class: "hidden" }, ` of ${one.workflow}, opens the host`)) : el("span", { class: "since" }, one.ci_run),
    why(one),
  );
}

/** Why a run failed, as far as it is known, and who else has the same. */
function why(one) {
  if (!one.step) return null;
  const others = one.also.map((name) => el("a", { href: address(name) }, said(name))).flatMap((name, index) => (index ? [", ", name] : [name]));
  return el(
    "div",
    { class: "why" },
    el("p", { class: "since" }, "in ", said(one.step)),
    one.error ? el("pre", {}, el("code", {}, said(one.error))) : null,
    others.length ? el("p", {}, el("span", { class: "since" }, "the same now in "), others) : null,
  );
}

function duration(seconds) {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** CI in full: its state, and the newest run of each workflow. */
export function ci(one) {
  if (one.ci === "unknown" && !one.home) return null;
  const at_ = one.ci_head ? el("span", { class: "since" }, "on ", el("code", {}, one.ci_head.slice(0, 10))) : null;
  const runs = one.ci_runs.length ? el("ul", { class: "runs", role: "list" }, one.ci_runs.map(run)) : null;
  return el("section", {}, el("h3", {}, "CI"), el("p", { class: "line" }, mark(one.ci), at_), runs);
}

function pull(one) {
  const review = one.review ? el("span", { class: "since" }, ` · ${one.review.replaceAll("_", " ")}`) : null;
  return el("li", {}, el("span", { class: "since" }, `#${one.number} `), said(one.title), one.draft ? el("span", { class: "since" }, " · draft") : null, review, el("span", { class: "since" }, " · ", time(one.updated_at)));
}

const told = (value) => (value === null || value === undefined ? "not told" : String(value));

/** What the host tells: where it stands, who may see it, what waits there. */
export function home(one) {
  const host = one.home;
  if (!host) return null;
  const alerts = Object.entries(host.alerts).map(([kind, number]) => `${told(number)} ${kind}`);
  const kinds = [host.visibility ?? "visibility not told", host.archived ? "archived" : "", host.fork ? "fork" : ""].filter(Boolean);
  const rows = [
    ["kind", kinds.join(", ")],
    ["default branch", [host.default_branch ?? "none", host.head ? ` at ${host.head.slice(0, 10)}` : " without a commit"].join("")],
    ["the clone here", host.clone ? STANDS[host.clone] : null],
    ["last push", host.pushed_at ? time(host.pushed_at) : null],
    ["protection", host.protected === null ? "not told" : host.protected ? "protected" : "not protected"],
    ["open", `${told(host.pulls)} pull requests, ${told(host.issues)} issues`],
    ["alerts", alerts.length ? alerts.join(", ") : null],
    ["release", one.release ? one.release.tag : null],
  ];
  const lines = rows.filter(([, value]) => value).map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, typeof value === "string" ? said(value) : value)));
  const pulls = one.pulls.length ? el("ul", { class: "pulls", role: "list" }, one.pulls.map(pull)) : null;
  const untold = host.untold.length ? el("p", { class: "unknown" }, icon("unknown"), said(`Not told: ${host.untold.join("; ")}`)) : null;
  return el("section", {}, el("h3", {}, `On ${host.host}`), el("table", {}, el("tbody", {}, lines)), pulls, untold);
}
