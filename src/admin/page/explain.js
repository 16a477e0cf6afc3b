// Asks the gateway's own planner (POST /explain) where a request would go, and why not elsewhere.

import { el, setOptions } from "./dom.js";
import { amount, skipped, wait } from "./words.js";

const percent = (share) => `${Math.round(share * 100)} %`;

function order({ tries, refusal }) {
    if (refusal) {
        const hint = refusal.retry_in_seconds > 0
            ? ` Its caller is told to come back in ${wait(refusal.retry_in_seconds)}.` : "";
        return el("p", {}, el("strong", {}, `It would get ${refusal.status} ${refusal.code}. `),
            refusal.message + hint);
    }
    const steps = tries.map(({ deployment, chances, last_resort: last }, i) => {
        const others = chances.slice(1).map((each) => `${each.deployment} ${percent(each.share)}`);
        const share = others.length === 0 ? ""
            : ` (${percent(chances[0].share)}, else ${others.join(", ")})`;
        return el("li", {}, `${i === 0 ? "First" : "If that fails"}: ${deployment}${share}` +
            (last ? ", as a last resort" : ""));
    });
    return el("ol", { class: "steps" }, ...steps);
}

function state(one) {
    if (!one.eligible) {
        return skipped(one.skip) +
            (one.ready_in_seconds > 0 ? ` Again in ${wait(one.ready_in_seconds)}.` : "");
    }
    if (one.probe) return "Can serve, as a trial whether it is well again.";
    if (one.ramp < 1) return `Can serve; recovering, gets ${percent(one.ramp)} of its share.`;
    return one.degraded ? "Can serve, but slow: after the others of its tier." : "Can serve.";
}

function row(one) {
    const left = one.tokens_per_minute.remaining;
    return el("tr", {}, el("td", {}, String(one.tier)),
        el("th", { scope: "row" }, one.deployment), el("td", {}, state(one)),
        el("td", {}, left === null ? "no limit" : `${amount(left)} left`));
}

function table({ deployments }) {
    const heads = ["Tier", "Deployment", "Why", "Tokens"].map((title) =>
        el("th", { scope: "col" }, title));
    return el("table", {}, el("thead", {}, el("tr", {}, ...heads)),
        el("tbody", {}, ...deployments.map(row)));
}

async function answer(form) {
    const asked = {
        model: form.elements.model.value,
        operation: form.elements.operation.value,
        estimated_tokens: Number(form.elements.tokens.value),
    };
    const reply = await fetch("/explain", {
        method: "POST",
        headers: { "content-type": "application/json", "x-spillway-admin": "1" },
        body: JSON.stringify(asked),
    });
    const said = await reply.json();
    if (!reply.ok) return [el("p", {}, said.error.message)];
    return said.deployments.length > 0 ? [order(said), table(said)] : [order(said)];
}

export function connectExplain(form, place) {
    form.onsubmit = async (event) => {
        event.preventDefault();
        try {
            place.replaceChildren(...await answer(form));
        } catch {
            place.replaceChildren(el("p", {}, "The gateway does not answer."));
        }
    };
}

export function showExplain(section, status) {
    const names = status.routes.flatMap((route) => [route.name, ...route.aliases]);
    section.hidden = names.length === 0;
    setOptions(section.querySelector("select"), names);
}
