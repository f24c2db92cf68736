// The keyboard, and what else a person sets here: theme and the panel of events.

import { at, el } from "./dom.js";
import { focusTile, neighbour } from "./grid.js";
import { toggle } from "./views.js";

const THEMES = ["auto", "light", "dark"];
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

function remember(key, value) {
  try {
    localStorage.setItem(`opsroom.${key}`, value);
  } catch {
    // Storage is closed to us: it holds until the page is left.
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(`opsroom.${key}`);
  } catch {
    return null;
  }
}

function showTheme() {
  const theme = document.documentElement.dataset.theme ?? "auto";
  at("theme").querySelector("use").setAttribute("href", `#i-${theme}`);
  at("theme").title = `Theme: ${theme === "auto" ? "as the system" : theme} (t)`;
}

function nextTheme() {
  const root = document.documentElement;
  const theme = THEMES[(THEMES.indexOf(root.dataset.theme ?? "auto") + 1) % THEMES.length];
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  remember("theme", theme);
  showTheme();
}

function showEvents(open) {
  at("events").hidden = !open;
  at("toggle-events").setAttribute("aria-expanded", String(open));
}

function toggleEvents() {
  showEvents(at("events").hidden);
  remember("events", at("events").hidden ? "closed" : "open");
}

function openHelp() {
  if (!at("help").open) at("help").showModal();
}

function typed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target.closest?.("input, textarea, select");
  if (field || document.querySelector("dialog[open]")) return;
  const tile = event.target.closest?.("a.tile");
  const actions = { "/": () => at("where").select(), r: () => toggle("risk"), g: () => toggle("graph"), e: toggleEvents, t: nextTheme, "?": openHelp };
  if (actions[event.key]) actions[event.key]();
  else if (ARROWS.includes(event.key) && (tile || event.target === document.body || event.target === at("fleet"))) {
    focusTile(tile ? neighbour(tile, event.key) : at("fleet").querySelector('a.tile[tabindex="0"]'));
  } else return;
  event.preventDefault();
}

/** Listen. `filtered(text)` is called when the filter is to be applied at once. */
export function listen(filtered) {
  document.addEventListener("keydown", typed);
  at("where").addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (at("where").value) filtered("");
      else at("where").blur();
      event.preventDefault();
    } else if (event.key === "ArrowDown") {
      focusTile(at("fleet").querySelector('a.tile[tabindex="0"]'));
      event.preventDefault();
    }
  });
  at("filter").addEventListener("submit", (event) => {
    event.preventDefault();
    filtered(at("where").value);
  });
  at("theme").addEventListener("click", nextTheme);
  at("help-button").addEventListener("click", openHelp);
  at("toggle-events").addEventListener("click", toggleEvents);
  at("close-events").addEventListener("click", () => {
    toggleEvents();
    at("toggle-events").focus();
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
  at("sign-out")?.addEventListener("click", async () => {
    await fetch("sign-out", { method: "POST" });
    location.reload();
  });
  showTheme();
  const wide = matchMedia("(min-width: 68rem)").matches;
  showEvents(wide && remembered("events") !== "closed");
}

/** Tell a screen reader. */
export function announce(text) {
  at("news").replaceChildren(el("p", {}, text));
}
