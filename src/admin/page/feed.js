// What happened, newest first: failovers, refused callers, breakers, reloads. Asks the gateway only for what
// has changed since the last time.

import { el, keep, setAttribute, setText } from "./dom.js";
import { plain } from "./words.js";

const SHOWN = 200;

let last = 0;
let entries = new Map();

function sentence(event) {
    const status = event.status === null ? "" : ` (${event.status})`;
    const reason = event.reason === null ? "" : plain(event.reason) + status;
    switch (event.kind) {
        case "failover":
            return `${event.route}: left ${event.subject} for ${event.to}: ${reason}`;
        case "gave_up": {
            const tried = event.subject === null ? "" : `, last tried ${event.subject}`;
            return `${event.route}: a caller got an error${tried}: ${reason}`;
        }
        case "breaker":
        case "region_breaker": {
            const whose = event.kind === "breaker" ? "" : "resource ";
            return `Breaker of ${whose}${event.subject}: ${plain(event.from)} to ` +
                `${plain(event.to)}: ${reason}`;
        }
        case "reloaded": return `The routing table ${event.subject} is in use`;
        case "reload_refused": return "A routing table was refused: the one before stays in use";
        default: return `${plain(event.kind)}: ${reason}`;
    }
}

function tone(event) {
    if (["gave_up", "reload_refused"].includes(event.kind) || event.to === "open") return "bad";
    return event.to === "closed" || event.kind === "reloaded" ? "ok" : "warn";
}

/** Newest first; ISO times compare as text. */
const later = (a, b) => (a.time === b.time ? b.id - a.id : a.time < b.time ? 1 : -1);
const clock = (text) => new Date(text).toLocaleTimeString("en-GB");

function make() {
    const time = el("time");
    const text = el("span", { class: "text" });
    const count = el("span", { class: "muted" });
    return { root: el("li", {}, time, text, count), time, text, count };
}

function update(parts, event) {
    setAttribute(parts.root, "class", tone(event));
    setAttribute(parts.time, "datetime", event.time);
    setText(parts.time, clock(event.time));
    setText(parts.text, sentence(event));
    setText(parts.count, event.count > 1 ? `${event.count} times since ${clock(event.since)}` : "");
}

export async function showFeed(list, note, ask) {
    const news = await ask(`/events?after=${last}`);
    if (news.last < last) entries = new Map();  // another process answers
    last = news.last;
    for (const event of news.events) entries.set(event.id, event);
    // Workers tell independently of each other: numbers are in the order of telling.
    const newest = [...entries.values()].sort(later).slice(0, SHOWN);
    entries = new Map(newest.map((event) => [event.id, event]));
    keep(list, newest, { key: (event) => event.id, make, update });
    setText(note, newest.length === 0 ? "Nothing since the gateway started."
        : news.lost > 0 ? `${news.lost} events came too fast to be kept.` : "");
}
