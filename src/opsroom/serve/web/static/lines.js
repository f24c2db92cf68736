// Lines between nodes that the browser has laid out: drawn behind them, anew whenever they move.

const SVG = "http://www.w3.org/2000/svg";

/** Draw the links whose two ends are shown in `picture`; those that `node` has no part in are faint. */
export function lines(picture, links, node) {
  picture.querySelector("svg.lines")?.remove();
  const box = picture.getBoundingClientRect();
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "lines");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("width", picture.scrollWidth);
  svg.setAttribute("height", picture.scrollHeight);
  const places = new Map([...picture.querySelectorAll(".node")].map((node) => [node.dataset.node, place(node, box, picture)]));
  const drawn = new Set();
  for (const link of links) {
    const [from, to] = [places.get(link.from), places.get(link.to)];
    const pair = `${link.from}\n${link.to}`;
    if (!from || !to || drawn.has(pair)) continue;
    drawn.add(pair);
    const path = line(link, from, to);
    if (link.from !== node && link.to !== node) path.dataset.side = "";
    svg.append(path);
  }
  picture.prepend(svg);
}

function place(node, box, picture) {
  const at = node.getBoundingClientRect();
  const left = at.left - box.left + picture.scrollLeft;
  return { left, right: left + at.width, middle: at.top - box.top + picture.scrollTop + at.height / 2 };
}

/** What is needed stands on the left; in one column a line goes round. */
function line(link, from, to) {
  const path = document.createElementNS(SVG, "path");
  const [x1, x2] = to.right <= from.left ? [to.right, from.left] : from.right <= to.left ? [to.left, from.right] : [to.right, from.right];
  const bend = x1 === to.right && x2 === from.right ? 40 : (x2 - x1) / 2;
  const [c1, c2] = bend === 40 ? [x1 + 40, x2 + 40] : [x1 + bend, x2 - bend];
  path.setAttribute("d", `M${x1},${to.middle} C${c1},${to.middle} ${c2},${from.middle} ${x2},${from.middle}`);
  path.dataset.from = link.from;
  path.dataset.to = link.to;
  path.dataset.phase = link.phase;
  if (link.sure !== "certain") path.dataset.sure = link.sure;
  return path;
}
