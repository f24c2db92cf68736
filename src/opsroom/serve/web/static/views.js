// Which of the views is shown, fleet, risk or graph, and keeping it current while it is.

import { at } from "./dom.js";
import * as graph from "./graph.js";
import { Refused, ask } from "./live.js";
import * as risk from "./risk.js";

const PAUSE = 2_000;
const NAMES = ["fleet", "risk", "graph"];

let view = "fleet";
let node = "";
let asking = new AbortController();
let waiting = 0;
let filters = { where: () => "", choose: () => {} };

/** Learn how to ask for the filter that holds, and how to set another one. */
export function begin(found) {
  filters = found;
  for (const name of ["risk", "graph"]) at(`toggle-${name}`).addEventListener("click", () => toggle(name));
  const asked = new URLSearchParams(location.search);
  node = asked.get("node") ?? "";
  set(NAMES.includes(asked.get("view")) ? asked.get("view") : "fleet");
}

/** That view, or the fleet again. */
export function toggle(name) {
  go(view === name ? "fleet" : name);
}

/** Draw what surrounds a node of the graph; "": the fleet as a whole. */
export function draw(wanted) {
  node = wanted;
  go("graph");
}

function go(name) {
  set(name);
  history.replaceState(null, "", address(filters.where()));
}

/** The address of this page with a filter and the view that is shown. */
export function address(where) {
  const asked = { ...(where ? { where } : {}), ...(view === "fleet" ? {} : { view }), ...(view === "graph" && node ? { node } : {}) };
  const query = new URLSearchParams(asked);
  return `${query.size ? `?${query}` : location.pathname}${location.hash}`;
}

/** Something moved, or the filter did: ask again soon, when anybody looks. */
export function moved(pause = PAUSE) {
  if (view === "fleet") return;
  if (pause) waiting ||= setTimeout(load, pause);
  else load();
}

function set(name) {
  view = name;
  for (const each of NAMES) at(each).hidden = each !== name;
  for (const each of ["risk", "graph"]) at(`toggle-${each}`).setAttribute("aria-pressed", String(each === name));
  if (name !== "fleet") load();
}

async function load() {
  clearTimeout(waiting);
  waiting = 0;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const shown = view;
  const asked = shown === "graph" ? { node, where: filters.where() } : { where: filters.where() };
  try {
    const told = await ask(`api/${shown}`, asked, signal);
    if (signal.aborted || view !== shown) return;
    if (shown === "graph") graph.show(told, draw);
    else risk.show(told, choose);
  } catch (error) {
    if (signal.aborted || !(error instanceof Refused)) return;
    if (shown === "graph") graph.fail(error.message, draw);
    else risk.fail(error.message);
  }
}

/** Show the fleet under that filter. */
function choose(term) {
  go("fleet");
  filters.choose(term);
}
