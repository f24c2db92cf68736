// Which of the two views is shown, fleet or risk, and keeping the risk view current while it is.

import { at } from "./dom.js";
import { Refused, ask } from "./live.js";
import * as risk from "./risk.js";

const PAUSE = 2_000;

let asking = new AbortController();
let waiting = 0;
let filters = { where: () => "", choose: () => {} };

export const isRisk = () => !at("risk").hidden;

/** Learn how to ask for the filter that holds, and how to set another one. */
export function begin(found) {
  filters = found;
  at("toggle-risk").addEventListener("click", toggle);
  set(new URLSearchParams(location.search).get("view") === "risk");
}

/** The other view. */
export function toggle() {
  set(!isRisk());
  history.replaceState(null, "", address(filters.where()));
}

/** The address of this page with a filter and the view that is shown. */
export function address(where) {
  const query = new URLSearchParams({ ...(where ? { where } : {}), ...(isRisk() ? { view: "risk" } : {}) });
  return `${query.size ? `?${query}` : location.pathname}${location.hash}`;
}

/** Something moved, or the filter did: ask again soon, when anybody looks. */
export function moved(pause = PAUSE) {
  if (!isRisk()) return;
  if (pause) waiting ||= setTimeout(load, pause);
  else load();
}

function set(shown) {
  at("risk").hidden = !shown;
  at("fleet").hidden = shown;
  at("toggle-risk").setAttribute("aria-pressed", String(shown));
  if (shown) load();
}

async function load() {
  clearTimeout(waiting);
  waiting = 0;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const told = await ask("api/risk", { where: filters.where() }, signal);
    if (!signal.aborted) risk.show(told, choose);
  } catch (error) {
    if (!signal.aborted && error instanceof Refused) risk.fail(error.message);
  }
}

/** A number of the risk view was chosen: the fleet under that filter. */
function choose(term) {
  set(false);
  filters.choose(term);
}
