// Numbers and times in words.

const STEPS = [
  [60, "s"],
  [60, "min"],
  [24, "h"],
  [365, "d"],
];

/** How long ago, short: "just now", "5 min", "3 h", "12 d", "2 y". */
export function age(iso, now = Date.now()) {
  let left = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (left < 10) return "just now";
  for (const [size, unit] of STEPS) {
    if (left < size) return `${Math.floor(left)} ${unit} ago`;
    left /= size;
  }
  return `${Math.floor(left)} y ago`;
}

/** The time of day, with the date when that was not today. */
export function clock(iso) {
  const when = new Date(iso);
  const time = when.toLocaleTimeString([], { hourCycle: "h23" });
  const today = when.toDateString() === new Date().toDateString();
  return today ? time : `${when.toLocaleDateString([], { month: "short", day: "numeric" })} ${time}`;
}

/** "1 finding", "3 findings". */
export const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

/** The owner (with its slash) and the last part of a name. */
export function parts(name) {
  const slash = name.lastIndexOf("/") + 1;
  return [name.slice(0, slash), name.slice(slash)];
}

/** A reason "rule: message" as its two halves. */
export function reason(text) {
  const colon = text.indexOf(": ");
  return colon < 0 ? ["", text] : [text.slice(0, colon), text.slice(colon + 2)];
}

export const GRADES = ["red", "unknown", "yellow", "green"];

/** With a capital. */
export const title = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** The address, within the page, of a repository's detail. */
export const address = (name) => `#${name.split("/").map(encodeURIComponent).join("/")}`;
