// The fleet as tiles, worst first. A tile is built again only when its repository changed.

import { chip, hostFacts, sign, visibility } from "./ci.js";
import { at, el, icon, said } from "./dom.js";
import { GRADES, address, age, count, parts, reason, title } from "./words.js";

const DENSE = 150;

const tiles = new Map();
const sections = new Map();

/** How a tile's work tree stands, in few words; empty when there is nothing to say. */
function state(row) {
  return [
    row.changes ? `${row.changes} changed` : "",
    row.untracked ? `${row.untracked} untracked` : "",
    row.ahead ? `${row.ahead} ahead` : "",
    row.behind ? `${row.behind} behind` : "",
  ].filter(Boolean);
}

function tile(row) {
  const [owner, name] = parts(row.name);
  const reasons = row.reasons.map((text) => {
    const [rule, message] = reason(text);
    return el("span", { class: "reason" }, rule ? el("b", {}, said(rule)) : null, rule ? " " : null, said(message));
  });
  const facts = [
    chip(row),
    visibility(row),
    row.branch ? el("span", { class: "fact branch" }, icon("branch"), said(row.branch)) : null,
    ...state(row).map((text) => el("span", { class: "fact" }, text)),
    ...hostFacts(row),
    row.environment ? el("span", { class: "fact tag" }, said(row.environment)) : null,
    row.freshness === "stale" && row.at
      ? el("span", { class: "fact old" }, icon("clock"), "seen ", el("time", { datetime: row.at }, age(row.at)))
      : null,
  ];
  return el(
    "a",
    { class: `tile g-${row.grade}`, href: address(row.name), tabindex: -1, title: row.name, "data-freshness": row.freshness },
    icon(row.grade),
    el("span", { class: "name" }, said(owner, "owner"), said(name, "last")),
    el("span", { class: "grade" }, sign(row), title(row.grade), row.score === null ? null : el("b", {}, ` ${row.score}`)),
    reasons.length ? el("span", { class: "reasons" }, reasons) : null,
    el("span", { class: "facts" }, facts),
  );
}

function section(grade) {
  if (!sections.has(grade)) {
    const list = el("ul", { role: "list" });
    const number = el("span", { class: "number" });
    const head = el("h2", {}, icon(grade), title(grade), number);
    sections.set(grade, { part: el("section", { class: `grade-part g-${grade}` }, head, list), list, number });
  }
  return sections.get(grade);
}

/** The tile's list item, built again when what it shows has changed. */
function item(row) {
  const shown = JSON.stringify(row);
  const known = tiles.get(row.name);
  if (known?.shown === shown) return known;
  const changed = { shown, row, item: known?.item ?? el("li") };
  const focused = known?.item.contains(document.activeElement);
  changed.item.replaceChildren(tile(row));
  if (focused) changed.item.firstChild.focus({ preventScroll: true });
  if (known) {
    changed.item.classList.remove("moved");
    requestAnimationFrame(() => changed.item.classList.add("moved"));
  }
  tiles.set(row.name, changed);
  return changed;
}

/** Put the rows (worst first) on the page in one pass. Returns grades that got worse or better. */
export function show(rows) {
  const fleet = at("fleet");
  const focused = document.activeElement?.closest?.("#fleet a.tile");
  const before = new Map([...tiles].map(([name, known]) => [name, known.row.grade]));
  fleet.dataset.density = rows.length > DENSE ? "dense" : "roomy";
  const byGrade = new Map(GRADES.map((grade) => [grade, []]));
  for (const row of rows) byGrade.get(row.grade).push(item(row).item);
  const wanted = new Set(rows.map((row) => row.name));
  for (const name of tiles.keys()) if (!wanted.has(name)) tiles.delete(name);
  const parts_ = [];
  for (const [grade, items] of byGrade) {
    const { part, list, number } = section(grade);
    if (items.length === 0) list.replaceChildren();
    else if (differs(list, items)) list.replaceChildren(...items);
    number.textContent = String(items.length);
    part.style.setProperty("--number", items.length);
    if (items.length) parts_.push(part);
  }
  if (differs(fleet, parts_)) fleet.replaceChildren(...parts_);
  if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  rove(fleet);
  return rows
    .filter((row) => before.has(row.name) && before.get(row.name) !== row.grade)
    .map((row) => `${row.name} is now ${row.grade}`);
}

function differs(parent, children) {
  const now = parent.children;
  return now.length !== children.length || children.some((child, index) => now[index] !== child);
}

/** Exactly one tile takes part in tabbing; the arrows move on from it. */
function rove(fleet) {
  const chosen = fleet.querySelector('a.tile[tabindex="0"]');
  if (!chosen) fleet.querySelector("a.tile")?.setAttribute("tabindex", "0");
}

/** Focus a tile, and let tabbing come back to it. */
export function focusTile(link) {
  if (!link) return;
  for (const other of at("fleet").querySelectorAll('a.tile[tabindex="0"]')) other.setAttribute("tabindex", "-1");
  link.setAttribute("tabindex", "0");
  link.focus();
}

/** The tile of a repository, or undefined. */
export const tileOf = (name) => tiles.get(name)?.item.firstChild;

/** The tile that an arrow key leads to from another: the nearest on that side. */
export function neighbour(from, key) {
  const all = [...at("fleet").querySelectorAll("a.tile")];
  const index = all.indexOf(from);
  if (key === "ArrowRight") return all[index + 1];
  if (key === "ArrowLeft") return all[index - 1];
  if (key === "Home") return all[0];
  if (key === "End") return all[all.length - 1];
  const down = key === "ArrowDown";
  const here = from.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  let best;
  let least = Infinity;
  for (const other of down ? all.slice(index + 1) : all.slice(0, index).reverse()) {
    const box = other.getBoundingClientRect();
    const away = down ? box.top - here.top : here.top - box.top;
    if (away < 4) continue;
    const aside = Math.max(0, box.left - middle, middle - box.right);
    const distance = away * 4 + aside;
    if (distance < least) [best, least] = [other, distance];
    if (away * 4 > least) break;
  }
  return best;
}

/** One sentence instead of tiles. */
export function say(heading, text, commands = []) {
  tiles.clear();
  for (const { list } of sections.values()) list.replaceChildren();
  const lines = commands.map((command) => el("pre", {}, el("code", {}, command)));
  at("fleet").replaceChildren(el("div", { class: "empty" }, el("h2", {}, heading), el("p", {}, said(text)), lines));
}

/** The counts as numbers that filter, and the share of each grade. */
export function showCounts(counts, where, choose) {
  const buttons = GRADES.map((grade) => {
    const term = `health:${grade}`;
    const chosen = where.split(/\s+/).includes(term);
    const button = el(
      "button",
      { type: "button", class: `count g-${grade}`, "aria-pressed": String(chosen), title: `Show only ${grade}`, "data-zero": counts[grade] === 0 },
      icon(grade),
      el("b", {}, String(counts[grade])),
      el("span", {}, title(grade)),
    );
    button.addEventListener("click", () => choose(grade));
    return button;
  });
  const focus = [...at("grades").children].indexOf(document.activeElement);
  at("grades").replaceChildren(...buttons);
  if (focus >= 0) buttons[focus].focus();
  const shares = GRADES.filter((grade) => counts[grade]).map((grade) => {
    const share = el("i", { class: `g-${grade}` });
    share.style.flexGrow = String(counts[grade]);
    return share;
  });
  at("share").replaceChildren(...shares);
}

/** How far to trust what is shown. */
export function showCoverage(answer) {
  const { asked, fresh, stale, unknown } = answer.coverage;
  const bits = [
    count(asked, "repository").replace("repositorys", "repositories"),
    asked ? `${fresh} fresh` : "",
    stale ? `${stale} stale` : "",
    unknown ? `${unknown} unknown` : "",
  ].filter(Boolean);
  const seen = answer.as_of
    ? [el("span", {}, "as of ", el("time", { datetime: answer.as_of, "data-clock": true }, new Date(answer.as_of).toLocaleTimeString([], { hourCycle: "h23" })))]
    : [];
  at("coverage").replaceChildren(...[...seen, ...bits.map((bit) => el("span", {}, bit))]);
}
