// Routes, their tiers, and in each tier its deployments as cards: what a request meets, in its
// order.

import { el, keep, setAttribute, setText } from "./dom.js";
import { drawSpark, makeSpark } from "./spark.js";
import { amount, lastError, milliseconds, plain, standing } from "./words.js";

function makeGauge(title) {
    const value = el("span", { class: "value" });
    const fill = el("span", { class: "fill" });
    const meter = el("span", { class: "meter", role: "meter", "aria-valuemin": 0 }, fill);
    const note = el("span", { class: "note" });
    const root = el("div", { class: "gauge" }, el("span", { class: "title" }, title), value, meter,
        note);
    return { root, value, fill, meter, note, title };
}

function fillGauge(gauge, name, { used, limit, upstream_remaining: left }) {
    const words = limit === null ? `${amount(used)}, no limit`
        : `${amount(used)} of ${amount(limit)}`;
    setText(gauge.value, words);
    setAttribute(gauge.meter, "aria-label", `${name}: ${gauge.title}`);
    setAttribute(gauge.meter, "aria-valuenow", used);
    setAttribute(gauge.meter, "aria-valuemax", limit ?? Math.max(used, 1));
    setAttribute(gauge.meter, "aria-valuetext", words);
    const share = limit ? Math.min(used / limit, 1) : 0;
    gauge.fill.style.width = `${(share * 100).toFixed(1)}%`;
    setAttribute(gauge.root, "class", `gauge ${share >= 1 ? "bad" : share >= 0.9 ? "warn" : ""}`);
    setText(gauge.note, left === null ? "" : `provider: ${amount(left)} left`);
}

function makeFact(title, attributes = {}) {
    const value = el("dd");
    return { row: el("div", attributes, el("dt", {}, title), value), value };
}

function makeCard() {
    const parts = {
        name: el("h5"), word: el("span", { class: "word" }), where: el("p", { class: "where" }),
        why: el("p", { class: "why" }),
        tokens: makeGauge("Tokens per minute"), requests: makeGauge("Requests per minute"),
        flight: makeFact("In flight"), weight: makeFact("Weight"),
        breaker: makeFact("Breaker", { class: "wide" }),
        region: makeFact("Its resource", { class: "wide" }),
        error: makeFact("Last error", { class: "wide" }),
        errors: makeSpark("bars"), errorsText: el("span", { class: "value" }),
        first: makeSpark("line"), firstText: el("span", { class: "value" }),
    };
    const facts = [parts.flight, parts.weight, parts.breaker, parts.region, parts.error];
    const spark = (title, drawing, text) => el("div", { class: "trend" },
        el("span", { class: "title" }, title), text, drawing.svg);
    parts.root = el("li", { class: "card" },
        el("div", { class: "card-head" }, parts.name, parts.word), parts.where, parts.why,
        parts.tokens.root, parts.requests.root,
        el("div", { class: "trends" }, spark("Errors, 15 min", parts.errors, parts.errorsText),
            spark("First token", parts.first, parts.firstText)),
        el("dl", {}, ...facts.map((fact) => fact.row)));
    return parts;
}

const stateWords = ({ state, reason }) => (reason ? `${plain(state)} (${plain(reason)})`
    : plain(state));

function fillCard(card, { member, deployment, past }) {
    const { tone, word, why } = standing(deployment, member.skip);
    setAttribute(card.root, "class", `card ${tone}`);
    setText(card.name, deployment.name);
    setText(card.word, word);
    const where = [deployment.region, deployment.kind,
        `${deployment.deployment} at ${deployment.resource}`];
    setText(card.where, where.filter(Boolean).join(" · "));
    setText(card.why, why);
    fillGauge(card.tokens, deployment.name, deployment.tokens_per_minute);
    fillGauge(card.requests, deployment.name, deployment.requests_per_minute);
    setText(card.breaker.value, stateWords(deployment.breaker));
    setText(card.region.value, stateWords(deployment.region_breaker));
    setText(card.flight.value, String(deployment.in_flight));
    const ramp = deployment.ramp < 1 ? ` × ${Math.round(deployment.ramp * 100)} %` : "";
    setText(card.weight.value, `${deployment.weight}${ramp}`);
    setText(card.error.value, lastError(deployment.last_error));
    fillTrends(card, deployment.name, past);
}

function fillTrends(card, name, past) {
    const errors = past?.errors ?? [];
    const first = past?.first_token_p95_seconds ?? [];
    const sum = errors.reduce((a, b) => a + b, 0);
    const latest = first.findLast((value) => value !== null);
    const firstWords = latest === undefined ? "no streams" : `p95 ${milliseconds(latest)}`;
    setText(card.errorsText, amount(sum));
    setText(card.firstText, firstWords);
    drawSpark(card.errors, errors, `${name}: ${sum} errors in the last 15 minutes`);
    drawSpark(card.first, first, `${name}: first token in the last 15 minutes, now ${firstWords}`);
}

function makeTier() {
    const title = el("h4");
    const cards = el("ul", { class: "cards" });
    return { root: el("li", { class: "tier" }, title, cards), title, cards };
}

function fillTier(tier, { number, members }) {
    setText(tier.title, number === 1 ? "Tier 1"
        : `Tier ${number}, when tier ${number - 1} cannot`);
    tier.root.style.flexGrow = members.length;
    tier.root.style.maxWidth = `${27 * members.length}rem`;
    keep(tier.cards, members, {
        key: (entry) => entry.deployment.name, make: makeCard, update: fillCard,
    });
}

function makeRoute() {
    const name = el("h3");
    const note = el("p", { class: "muted" });
    const tiers = el("ol", { class: "tiers" });
    return { root: el("article", { class: "route" }, name, note, tiers), name, note, tiers };
}

/** `history`: the deployments of /history.json by name. */
export function showRoutes(parent, status, history) {
    const deployments = new Map(status.deployments.map((each) => [each.name, each]));
    const tiersOf = (route) => route.tiers.map((tier, i) => ({
        number: i + 1,
        members: tier.map((member) => ({
            member,
            deployment: deployments.get(member.deployment),
            past: history.get(member.deployment),
        })),
    }));
    keep(parent, status.routes, {
        key: (route) => route.name,
        make: makeRoute,
        update(parts, route) {
            setText(parts.name, route.name);
            const notes = [`${route.in_flight} in flight`,
                route.aliases.length > 0 && `also ${route.aliases.join(", ")}`,
                route.residency && `stays in ${route.residency}`];
            setText(parts.note, notes.filter(Boolean).join(" · "));
            keep(parts.tiers, tiersOf(route), {
                key: (tier) => tier.number, make: makeTier, update: fillTier,
            });
        },
    });
}
