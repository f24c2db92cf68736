// Building elements. Text is always text: nothing here takes markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with a class, attributes and children; strings become text, nothing is left out. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** One of the page's symbols. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** The element with that id. */
export const at = (id) => document.getElementById(id);

/** Text from a repository, kept apart from the direction of the text around it. */
export const said = (text, className = null) => el("bdi", { class: className }, text);

/** An address that may be followed: http and https alone; others are shown as text. */
export function link(url) {
  const safe = /^https?:\/\//i.test(url);
  return safe ? el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, url) : said(url);
}
