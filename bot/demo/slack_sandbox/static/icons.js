// Line icons, drawn from path data so that no font is needed.

const PATHS = {
  hash: "M7 3 5 17M14 3l-2 14M3 8h14M2.5 13h14",
  lock: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3",
  home: "M3 9.5 10 3l7 6.5V17h-5v-5H8v5H3z",
  close: "m4 4 12 12M16 4 4 16",
  menu: "M3 5h14M3 10h14M3 15h14",
  chevron: "m5 8 5 5 5-5",
  send: "M3 3.5 17.5 10 3 16.5l2.2-6.5zM5.2 10H11",
  reply: "M3 4h14v10H9l-4 3.5V14H3z",
  pin: "M7 3h6l-1 5 3 3H5l3-3zM10 11v6",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  copy: "M7 7h10v10H7zM13 7V3H3v10h4",
  check: "m3.5 10.5 4 4 9-9.5",
  more: "M4 10h.01M10 10h.01M16 10h.01",
  warning: "M10 3 18 17H2zM10 8v4.5M10 14.8v.01",
  smile: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM7.5 8v.5M12.5 8v.5M6.8 12c1.4 2 5 2 6.4 0",
};

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
