// The page: asks for the fleet once, then follows the stream and asks only for what moved.

import * as ci from "./ci.js";
import * as detail from "./detail.js";
import { at } from "./dom.js";
import * as feed from "./feed.js";
import * as grid from "./grid.js";
import { announce, listen } from "./keys.js";
import { Refused, Stream, ask } from "./live.js";
import * as views from "./views.js";
import { age, clock } from "./words.js";

const TYPING = 250;
const GATHER = 120;
const MOST_NAMES = 20;
const LONGEST_FILTER = 1_900;
const CHECK = 30_000;
const LOOKING = 2_000;
const RANK = { red: 3, unknown: 2, yellow: 1, green: 0 };

let where = "";
let fleet = null;
let rows = new Map();
let asking = new AbortController();
let connected = true;

const moved = new Set();
let allMoved = false;
let gathering = 0;
let looking = 0;
let catchingUp = false;

// ---- what is shown ---------------------------------------------------------------------------

const worstFirst = (a, b) =>
  RANK[b.grade] - RANK[a.grade] || (a.score ?? 0) - (b.score ?? 0) || (a.name < b.name ? -1 : 1);

function counted() {
  const counts = { green: 0, yellow: 0, red: 0, unknown: 0 };
  for (const row of rows.values()) counts[row.grade] += 1;
  return counts;
}

function show() {
  const sorted = [...rows.values()].sort(worstFirst);
  const counts = counted();
  grid.showCounts(counts, where, chooseGrade);
  ci.showStates(sorted, where, chooseState);
  grid.showCoverage(fleet);
  at("fleet").setAttribute("aria-busy", "false");
  if (sorted.length) {
    const news = grid.show(sorted);
    if (news.length) announce(news.slice(0, 3).join(". "));
  } else showNone();
  showName(counts);
}

function showNone() {
  if (fleet.sources === 0) {
    grid.say("No source is configured", "Nothing is watched yet. Name a folder of clones, then start again:", ["opsroom init ~/code"]);
  } else if (fleet.looking) grid.say("The first look is under way", "Repositories appear here as they are found.");
  else if (where) grid.say("No repository matches", "Change the filter, or press Esc in its box to clear it.");
  else grid.say("No repository was found", fleet.problems[0] ?? "There is no Git repository in the configured folders.");
}

function showName(counts) {
  const bad = ["red", "unknown", "yellow"].filter((grade) => counts[grade]).map((grade) => `${counts[grade]} ${grade}`);
  document.title = rows.size ? `${bad[0] ?? "all green"} · Opsroom` : "Opsroom";
  const colours = { red: "e5484d", unknown: "8b8d98", yellow: "e2a336", green: "46a758" };
  const worst = ["red", "unknown", "yellow", "green"].find((grade) => counts[grade]);
  if (!worst) return;
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10" fill="#${colours[worst]}"/></svg>`;
  at("icon").href = `data:image/svg+xml,${encodeURIComponent(drawn)}`;
}

/** What the centre refused: the filter (until it is changed), or to answer at all. */
function showProblem(text, filter = false) {
  at("where-problem").hidden = !text;
  at("where-problem").textContent = filter ? `${text}. The filter is not applied.` : text;
  at("where").setAttribute("aria-invalid", String(filter));
}

function showLine(now) {
  connected = now;
  at("link").dataset.state = now ? "live" : "lost";
  at("link").lastElementChild.textContent = now ? "live" : "connection lost";
  document.body.classList.toggle("lost", !now);
  at("banner").hidden = now;
  if (now) return;
  const known = fleet?.as_of ? `Showing what was known at ${clock(fleet.as_of)}.` : "Nothing is known yet.";
  at("banner").textContent = `Connection lost. ${known} Trying again…`;
}

function showAges() {
  for (const time of document.querySelectorAll("time:not([data-clock])")) time.textContent = age(time.dateTime);
}

// ---- asking ----------------------------------------------------------------------------------

/** Ask for the whole fleet under a filter. True when it was shown; a refused filter changes nothing. */
async function load(wanted = where) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const answer = await ask("api/fleet", { where: wanted }, signal);
    if (signal.aborted) return false;
    if (at("where").getAttribute("aria-invalid") !== "true") showProblem("");
    where = wanted;
    fleet = answer;
    rows = new Map(answer.repositories.map((row) => [row.name, row]));
    show();
    clearTimeout(looking);
    if (answer.looking) looking = setTimeout(() => gather(null), LOOKING);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (error instanceof Refused) showProblem(error.message, error.status === 400);
    else showLine(false);
    return false;
  }
}

/** Ask only for the repositories that moved, and for the numbers of all. */
async function catchUp() {
  const names = [...moved];
  const quoted = names.map((name) => `"${name.replace(/["\\]/g, "\\$&")}"`).join(",");
  const several = names.length > MOST_NAMES || where.length + quoted.length > LONGEST_FILTER;
  const all = allMoved || !fleet || fleet.looking || several;
  moved.clear();
  allMoved = false;
  if (all) return load();
  const { signal } = asking;
  const [some, numbers] = await Promise.all([
    names.length ? ask("api/fleet", { where: `${where} repo:${quoted}`.trim() }, signal) : null,
    ask("api/summary", { where }, signal),
  ]);
  if (signal.aborted) return false;
  for (const name of names) rows.delete(name);
  for (const row of some?.repositories ?? []) rows.set(row.name, row);
  fleet = { ...fleet, as_of: numbers.as_of, coverage: numbers.coverage };
  show();
  return true;
}

/** Note that a repository (null: everything) moved; soon after, ask once for all that did. */
function gather(name) {
  if (name === null) allMoved = true;
  else moved.add(name);
  gathering ||= setTimeout(settle, GATHER);
}

async function settle() {
  gathering = 0;
  if (catchingUp) {
    gathering = setTimeout(settle, GATHER);
    return;
  }
  catchingUp = true;
  try {
    await catchUp();
  } catch {
    allMoved = true;
  } finally {
    catchingUp = false;
  }
}

/** Now and then: do the numbers still stand, and is the line alive? */
async function check() {
  try {
    views.moved();
    if (allMoved) await load();
    const numbers = await ask("api/summary", { where });
    if (fleet) {
      fleet = { ...fleet, as_of: numbers.as_of, coverage: numbers.coverage };
      const aged = numbers.coverage.fresh !== [...rows.values()].filter((row) => row.freshness === "fresh").length;
      if (aged) gather(null);
      else grid.showCoverage(fleet);
    }
    if (!connected) stream.again();
  } catch (error) {
    if (!(error instanceof Refused)) showLine(false);
  }
  showAges();
}

// ---- the filter ------------------------------------------------------------------------------

let typing = 0;

async function filter(text) {
  clearTimeout(typing);
  const wanted = text.trim();
  if (at("where").value.trim() !== wanted) at("where").value = wanted;
  showProblem("");
  if (wanted === where || !(await load(wanted))) return;
  history.replaceState(null, "", views.address(where));
  views.moved(0);
}

/** Filter by one value of a key in place of another, or no longer. */
function choose(key, value) {
  const term = `${key}:${value}`;
  const others = where.split(/\s+/).filter((word) => word && !new RegExp(`^${key}:[a-z]+$`).test(word));
  filter(where.split(/\s+/).includes(term) ? others.join(" ") : [...others, term].join(" "));
}

const chooseGrade = (grade) => choose("health", grade);
const chooseState = (state) => choose("ci", state);

// ---- one repository --------------------------------------------------------------------------

const named = () => location.hash.slice(1).split("/").map(decodeURIComponent).join("/");

async function open() {
  let name;
  try {
    name = named();
  } catch {
    return;
  }
  if (!name || name === "fleet") {
    at("detail").close();
    return;
  }
  const cut = name.lastIndexOf("/");
  const path = `${encodeURIComponent(name.slice(0, Math.max(0, cut)))}/${encodeURIComponent(name.slice(cut + 1))}`;
  try {
    const one = await ask(`api/repositories/${path}`);
    if (named() === name) detail.show(one);
  } catch (error) {
    detail.fail(name, error instanceof Refused ? error.message : "The centre can't be reached.");
  }
}

function closed() {
  const name = at("detail").dataset.name;
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  grid.focusTile(grid.tileOf(name));
}

// ---- beginning -------------------------------------------------------------------------------

function heard(event) {
  if (event.kind === "reset") {
    start();
    return;
  }
  feed.add(event);
  gather(event.repository);
  views.moved();
  if (at("detail").open && at("detail").dataset.name === event.repository) open();
}

const stream = new Stream(document.body.dataset.kinds.split(" "), heard, showLine);

/** The fleet under the filter of the box, or without it when the centre refuses that. */
async function loadFirst() {
  return (await load(at("where").value.trim())) || (fleet === null && connected && load(""));
}

async function start() {
  const [loaded, past] = await Promise.all([loadFirst(), ask("api/events", { limit: 50 }).catch(() => null)]);
  feed.fill(past?.events ?? []);
  if (fleet) stream.follow(fleet.cursor);
  else if (past) stream.follow(past.cursor);
  if (!loaded) setTimeout(start, 3_000);
}

at("where").value = new URLSearchParams(location.search).get("where") ?? "";
at("where").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => filter(at("where").value), TYPING);
});
listen(filter);
views.begin({ where: () => where, choose: (term) => filter([where, term].filter(Boolean).join(" ")) });
at("detail").addEventListener("close", closed);
addEventListener("hashchange", open);
addEventListener("online", () => stream.again());
setInterval(check, CHECK);
setInterval(showAges, 10_000);
start().then(() => {
  if (location.hash) open();
});
