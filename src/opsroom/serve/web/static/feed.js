// The newest events, newest first; only so many are kept. What one look saw stands together.

import { seen } from "./ci.js";
import { at, el, icon, said } from "./dom.js";
import { address, age, clock } from "./words.js";

const KEPT = 200;
let last = 0;

const FACES = {
  "finding.opened": "opened",
  "finding.reopened": "opened",
  "finding.fixed": "fixed",
  "observation.failed": "failed",
  "observation.recovered": "fixed",
  "ci.started": "ci-running",
  "ci.passed": "ci-passing",
  "ci.failed": "ci-failing",
  "budget.low": "clock",
  "repository.archived": "gone",
  "repository.found": "found",
  "repository.gone": "gone",
};

/** What was there at the first look is no news: it is counted, not listed. */
const BASELINE = "baseline";

/** Scans that nobody asked for and that did well are as usual: they follow every commit. */
const USUAL = ["moved", "schedule", "data"];
const usual = (event) => event.kind.startsWith("run.") && USUAL.includes(event.data?.asked_by) && !event.data.failed;

/** What belongs together: one repository, as one look saw it. */
const look = (event) => (event.data?.baseline === true ? BASELINE : JSON.stringify([event.repository, event.data?.cause ?? event.id]));

function line(event) {
  const severity = typeof event.data?.severity === "string" ? `s-${event.data.severity}` : "";
  return el(
    "p",
    { class: `what k-${event.kind.replace(".", "-")} ${severity}`, title: event.kind, "data-event": event.id },
    icon(FACES[event.kind] ?? "changed"),
    said(event.summary),
  );
}

function group(event) {
  const who = event.repository ? el("a", { href: address(event.repository), class: "who" }, said(event.repository)) : el("span", { class: "who" }, "Opsroom");
  const when = el("time", { datetime: event.at, title: clock(event.at) }, age(event.at));
  return el("li", { class: "event", "data-look": look(event) }, el("div", { class: "event-head" }, who, when), seen(event.data));
}

function backlog(event, first) {
  const count = 1 + Number(first?.dataset.look === BASELINE ? first.dataset.count : 0);
  const fresh = group({ ...event, repository: null });
  fresh.dataset.count = count;
  const what = count === 1 ? "repository" : "repositories";
  fresh.append(el("p", { class: "what", "data-event": event.id }, icon("found"), `the first look found ${count} ${what}`));
  if (count > 1) first.replaceWith(fresh);
  else at("stream").prepend(fresh);
  return fresh;
}

/** Put an event on top: a line of the newest look, or a look of its own. */
function put(event) {
  const stream = at("stream");
  const first = stream.firstElementChild;
  if (look(event) === BASELINE) return backlog(event, first);
  if (first?.dataset.look === look(event)) {
    first.append(line(event));
    return first;
  }
  const fresh = group(event);
  fresh.append(line(event));
  stream.prepend(fresh);
  while (stream.children.length > KEPT) stream.lastElementChild.remove();
  return fresh;
}

/** Begin with what happened before (newest first). */
export function fill(events) {
  last = 0;
  at("stream").replaceChildren();
  for (const event of [...events].reverse()) {
    last = event.id;
    if (!usual(event)) put(event);
  }
  if (!at("stream").children.length) at("stream").append(el("li", { class: "none" }, "Nothing has happened yet."));
}

/** Put one event on top, unless it is shown already. */
export function add(event) {
  if (event.id <= last) return;
  last = event.id;
  if (usual(event)) return;
  at("stream").querySelector(".none")?.remove();
  put(event).classList.add("new");
}
