// Risk: what is open by severity and age, how it came about, what to do first, and what nobody looked at.

import { at, el, icon, link, said } from "./dom.js";
import { address, age, count } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const DRAWN = ["critical", "high", "medium"];
const SAID_BELOW = /^(fixed in|in \d+ repositories$)/;
const WIDE = 600;
const TALL = 120;

/** Show what `api/risk` told. `open` is called with a filter when a number is chosen. */
export function show(risk, open) {
  at("risk").replaceChildren(
    summary(risk, open),
    el("div", { class: "risk-row" }, ages(risk), trend(risk)),
    first(risk, open),
    repositories(risk),
    looked(risk),
  );
  at("risk").setAttribute("aria-busy", "false");
}

/** Say why nothing can be shown. */
export function fail(text) {
  at("risk").replaceChildren(el("p", { class: "problem" }, text));
}

function chip(severity) {
  return el("span", { class: `severity s-${severity}` }, severity);
}

function panel(title, ...children) {
  return el("section", { class: "panel" }, el("h2", {}, title), ...children);
}

function summary(risk, open) {
  const buttons = SEVERITIES.map((severity) => {
    const number = risk.severities[severity] ?? 0;
    const attributes = { type: "button", class: `count s-${severity}`, title: `Repositories with a finding that is ${severity} or worse` };
    const button = el("button", attributes, el("b", {}, String(number)), el("span", {}, severity));
    if (!number) button.dataset.zero = "";
    button.addEventListener("click", () => open(`finding:${severity}`));
    return button;
  });
  const note = risk.suppressed ? el("p", { class: "since" }, `${count(risk.suppressed, "finding")} suppressed, with a reason`) : null;
  return el("div", { class: "risk-sum" }, el("div", { class: "grades" }, buttons), note);
}

// ---- by age ----------------------------------------------------------------------------------

function ages(risk) {
  const most = Math.max(1, ...risk.ages.flatMap((each) => each.counts));
  const head = el("tr", {}, el("td"), risk.steps.map((step, index) => el("th", { scope: "col" }, index < risk.steps.length - 1 ? `under ${step}` : step)));
  const lines = risk.ages.map((each) =>
    el(
      "tr",
      { class: `s-${each.severity}` },
      el("th", { scope: "row" }, each.severity),
      each.counts.map((number) => cell(number, most)),
    ),
  );
  return panel("Open, by age", el("table", { class: "ages" }, el("thead", {}, head), el("tbody", {}, lines)));
}

/** The more there are, the fuller the colour. */
function cell(number, most) {
  const made = el("td", { class: number ? "cell" : "cell none" }, String(number));
  made.style.setProperty("--part", `${Math.round(10 + (30 * number) / most)}%`);
  return made;
}

// ---- day by day ------------------------------------------------------------------------------

function drawn(tag, attributes) {
  const shape = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, String(value));
  return shape;
}

/** Severities stacked, the worst at the bottom, so that it is what the eye follows. */
function trend(risk) {
  const days = risk.days;
  const sums = days.map((day) => DRAWN.reduce((sum, severity) => sum + day.open[severity], 0));
  const most = Math.max(1, ...sums);
  const x = (index) => (days.length < 2 ? 0 : (index * WIDE) / (days.length - 1));
  const y = (number) => TALL - (number * (TALL - 8)) / most;
  const picture = drawn("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, class: "trend", preserveAspectRatio: "none", role: "img" });
  const below = days.map(() => 0);
  for (const severity of DRAWN) {
    const floor = days.map((_, index) => `${x(index)},${y(below[index])}`).reverse();
    days.forEach((day, index) => (below[index] += day.open[severity]));
    const roof = days.map((_, index) => `${x(index)},${y(below[index])}`);
    picture.append(drawn("polygon", { points: [...roof, ...floor].join(" "), class: `s-${severity}` }));
  }
  const last = days.at(-1);
  const said_ = `${sums.at(-1)} open at medium or worse today, ${sums[0]} on ${days[0].day}`;
  picture.setAttribute("aria-label", said_);
  const moved = days.slice(-7).reduce((sum, day) => [sum[0] + day.opened, sum[1] + day.fixed], [0, 0]);
  return panel(
    "Last 30 days",
    picture,
    el("p", { class: "scale" }, el("span", {}, days[0].day), el("span", {}, `most ${most}`), el("span", {}, last.day)),
    el("p", { class: "since" }, `${said_}. In seven days ${moved[0]} opened, ${moved[1]} were fixed.`),
  );
}

// ---- what to do first ------------------------------------------------------------------------

function first(risk, open) {
  if (!risk.groups.length) return panel("What to do first", el("p", { class: "calm" }, risk.scans.never ? "Nothing is open where somebody looked." : "Nothing is open."));
  const rest = risk.omitted ? el("p", { class: "since" }, `${risk.omitted} more, less exposed.`) : null;
  return panel("What to do first", el("ol", { class: "groups" }, risk.groups.map((group) => one(group, open))), rest);
}

function one(group, open) {
  const names = group.repositories.map((name) => el("a", { href: address(name) }, said(name))).flatMap((name, index) => (index ? [", ", name] : [name]));
  const more = group.repositories_omitted;
  const button = el("button", { type: "button", class: "key", title: "Filter the fleet by this" }, said(group.key));
  button.addEventListener("click", () => open(`${group.kind}:"${group.key}"`));
  return el(
    "li",
    { class: "group" },
    el("p", { class: "line" }, chip(group.severity), button, group.packages.map((name) => el("code", {}, said(name))), group.why.filter((why) => !SAID_BELOW.test(why)).map((why) => el("span", { class: "fact tag" }, said(why)))),
    el("p", {}, said(group.message)),
    el("p", { class: "since" }, group.repositories_count === 1 ? "1 repository" : `${group.repositories_count} repositories`, ": ", names, more > 0 ? ` and ${more} more` : ""),
    group.fixed.length ? el("p", { class: "fix" }, el("span", {}, "mended by"), said(group.fixed.join(", ")), ...pulls(group)) : null,
  );
}

function pulls(group) {
  if (!group.pulls.length) return [];
  return [el("span", { class: "since" }, " under way: "), ...group.pulls.flatMap((pull, index) => [index ? ", " : "", pull.url ? link(pull.url) : said(`${pull.repository} #${pull.number}`)])];
}

// ---- repositories, and what nobody looked at -------------------------------------------------

function repositories(risk) {
  if (!risk.repositories.length) return null;
  const head = el("tr", {}, el("th", { scope: "col" }, "repository"), SEVERITIES.map((severity) => el("th", { scope: "col", class: `is-${severity}` }, severity)), el("th", { scope: "col" }, "oldest"), el("th", { scope: "col" }, "looked at"));
  const lines = risk.repositories.map((row) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, el("a", { href: address(row.name) }, said(row.name))),
      SEVERITIES.map((severity) => el("td", { class: row.findings[severity] ? `number s-${severity} is-${severity}` : `number none is-${severity}` }, String(row.findings[severity] ?? 0))),
      el("td", {}, row.oldest ? el("time", { datetime: row.oldest }, age(row.oldest)) : ""),
      el("td", {}, row.unlooked.length ? unlooked(row) : "whole"),
    ),
  );
  const rest = risk.repositories_omitted ? el("p", { class: "since" }, `${risk.repositories_omitted} more repositories with less.`) : null;
  return panel("By repository", el("div", { class: "wide" }, el("table", { class: "risks" }, el("thead", {}, head), el("tbody", {}, lines))), rest);
}

/** How far it was looked at, and, unfolded, what nobody looked at. */
function unlooked(row) {
  const word = row.scanned === "whole" ? "whole, but" : row.scanned;
  return el("details", { class: "unlooked" }, el("summary", {}, word), el("ul", {}, row.unlooked.map((reason) => el("li", {}, said(reason)))));
}

function looked(risk) {
  const scans = risk.scans;
  const told = [`${scans.whole} of ${scans.asked} repositories were looked at whole, at their present commit`];
  if (scans.part) told.push(`${scans.part} in part`);
  if (scans.old) told.push(`${scans.old} at an older commit`);
  if (scans.never) told.push(`${scans.never} never`);
  const unknown = risk.unlooked.map((reason) => el("p", { class: "unknown" }, icon("unknown"), said(reason)));
  const data = risk.data.map((each) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, each.source),
      el("td", {}, each.fetched_at ? el("span", {}, "asked ", el("time", { datetime: each.fetched_at }, age(each.fetched_at))) : "never asked"),
      el("td", {}, each.as_of ? el("span", {}, "newest from ", el("time", { datetime: each.as_of }, age(each.as_of))) : ""),
      el("td", {}, each.failed ? el("span", { class: "unknown" }, icon("unknown"), said(each.failed)) : ""),
    ),
  );
  return panel("What was looked at", el("p", {}, `${told.join(", ")}.`), ...unknown, data.length ? el("table", {}, el("tbody", {}, data)) : el("p", { class: "unknown" }, icon("unknown"), "No advisories are here, so nothing is known of packages."));
}
