// The last quarter of an hour as a small drawing: bars for counts, a line for times.

import { setAttribute } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const POINTS = 90;
const HEIGHT = 24;

/** `kind`: "bars" or "line". */
export function makeSpark(kind) {
    const svg = document.createElementNS(SVG, "svg");
    const path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", `0 0 ${POINTS} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("class", `spark ${kind}`);
    path.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(path);
    return { svg, path, kind };
}

/** `values`: oldest first, null where nothing was measured; `label`: the drawing in words. */
export function drawSpark({ svg, path, kind }, values, label) {
    const highest = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
    const first = POINTS - values.length;
    const y = (value) => (HEIGHT - 1 - value / highest * (HEIGHT - 3)).toFixed(1);
    const pieces = values.map((value, i) => {
        if (!value) return "";
        const x = first + i + 0.5;
        if (kind === "bars") return `M${x} ${HEIGHT}V${y(value)}`;
        // A point with nothing before it still shows, as a dash.
        return values[i - 1] ? `L${x} ${y(value)}` : `M${x - 0.5} ${y(value)}H${x}`;
    });
    setAttribute(path, "d", pieces.join(""));
    setAttribute(svg, "aria-label", label);
}
