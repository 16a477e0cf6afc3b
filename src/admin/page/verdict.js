// What is wrong, worst first. A pure function of /status.json: the page shows its result at the
// top, and a tired reader needs no other part of the page to know where to look.

import { span, standing } from "./words.js";

const NEARLY_FULL = 0.9;
const WEIGHT = { bad: 0, warn: 1 };

const several = (names) => (names.length < 3 ? names.join(" and ")
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);

function routeProblem(route) {
    const tiers = route.tiers.map((tier) => tier.filter((member) => member.eligible).length);
    const serving = tiers.findIndex((eligible) => eligible > 0);
    if (serving < 0) {
        return { tone: "bad", subject: route.name,
            text: "callers get errors: nobody can take a request" };
    }
    if (serving > 0) {
        return { tone: "warn", subject: route.name, text: `served by tier ${serving + 1}` };
    }
    const allowed = route.tiers.flat().filter((member) => member.skip !== "residency");
    if (allowed.length > 1 && tiers.reduce((a, b) => a + b) === 1) {
        return { tone: "warn", subject: route.name, text: "only one deployment is left" };
    }
    return null;
}

function quotaProblem(deployment) {
    for (const [what, { used, limit }] of [["tokens", deployment.tokens_per_minute],
        ["requests", deployment.requests_per_minute]]) {
        if (limit !== null && used >= NEARLY_FULL * limit) {
            return { tone: "warn", subject: deployment.name,
                text: `${Math.round(used / limit * 100)} % of its ${what} per minute are used` };
        }
    }
    return null;
}

function deploymentProblem(deployment) {
    const { tone, word, why } = standing(deployment, null);
    if (tone === "ok" || tone === "off") return quotaProblem(deployment);
    return { tone, subject: deployment.name, text: `${word}. ${why}` };
}

function gatewayProblems(status) {
    const found = [];
    const stuck = status.workers.filter((worker) => !worker.alive).length;
    if (stuck > 0) {
        found.push({ tone: "bad", subject: "Workers",
            text: `${stuck} of ${status.workers.length} do not answer: restart the gateway` });
    }
    if (status.state === "draining") {
        found.push({ tone: "warn", subject: "Gateway",
            text: "draining: it finishes what it has and wants nothing new" });
    }
    const reload = status.config.last_error;
    if (reload) {
        const ago = reload.seconds_ago === undefined ? "" : ` ${span(reload.seconds_ago)} ago`;
        found.push({ tone: "bad", subject: "Routing table",
            text: `the last change was refused${ago}; the one before is still in force: ` +
                (reload.message ?? reload) });
    }
    return found;
}

function budgetProblem(budget) {
    const parts = ["month", "day"].flatMap((period) => ["tokens", "money"].map((unit) =>
        ({ period, unit, ...budget[period][unit] })));
    const fullest = parts.filter((part) => part.limit !== null)
        .reduce((a, b) => (b.used / b.limit > a.used / a.limit ? b : a));
    const share = fullest.used / fullest.limit;
    if (share < NEARLY_FULL) return null;
    const what = `${fullest.unit} for the ${fullest.period}`;
    return { tone: "warn", subject: budget.caller, text: share >= 1
        ? `its ${what} are used up: its requests get 403`
        : `${Math.floor(share * 100)} % of its ${what} are used` };
}

function identityProblems(status) {
    const found = status.budgets.map(budgetProblem).filter(Boolean);
    for (const issuer of status.token_issuers.filter((each) => each.trouble !== null)) {
        found.push(issuer.keys === 0
            ? { tone: "bad", subject: issuer.name, text: "its keys have never been fetched: callers " +
                `with its tokens get 503 (${issuer.trouble})` }
            : { tone: "warn", subject: issuer.name,
                text: `its keys cannot be fetched again (${issuer.trouble}); the last ones are used` });
    }
    for (const credential of status.credentials.filter((each) => !each.usable)) {
        found.push({ tone: "warn", subject: credential.name,
            text: `requests cannot be signed with it (${credential.trouble ?? "no key"})` });
    }
    if (!status.ledger.writable) {
        found.push({ tone: "warn", subject: "Ledger",
            text: "what callers use up cannot be written; a restart would forget it" });
    }
    return found;
}

/** `{tone, headline, problems: [{tone, subject, text}]}` */
export function verdict(status) {
    const routes = status.routes.map(routeProblem).filter(Boolean);
    const problems = [...gatewayProblems(status), ...routes, ...identityProblems(status),
        ...status.deployments.map(deploymentProblem).filter(Boolean)];
    problems.sort((a, b) => WEIGHT[a.tone] - WEIGHT[b.tone]);
    return { problems, ...headline(status, routes, problems) };
}

function headline(status, routes, problems) {
    const failing = routes.filter((route) => route.tone === "bad").map((route) => route.subject);
    if (failing.length > 0) {
        return { tone: "bad", headline: `Callers of ${several(failing)} get errors` };
    }
    const stuck = status.workers.some((worker) => !worker.alive);
    if (stuck) return { tone: "bad", headline: "A worker does not answer" };
    if (status.config.last_error) {
        return { tone: "bad", headline: "The last change of the routing table was refused" };
    }
    const unknown = status.token_issuers.filter((issuer) => issuer.keys === 0)
        .map((issuer) => issuer.name);
    if (unknown.length > 0) {
        return { tone: "bad", headline: `Callers with tokens of ${several(unknown)} get errors` };
    }
    if (status.state === "draining") return { tone: "warn", headline: "This gateway is draining" };
    const elsewhere = routes.map((route) => route.subject);
    if (elsewhere.length > 0) {
        return { tone: "warn", headline: `Callers are served, but ${several(elsewhere)} ` +
            (elsewhere.length === 1 ? "runs on reserves" : "run on reserves") };
    }
    if (problems.length > 0) {
        return { tone: "warn", headline: "Callers are served; something needs a look" };
    }
    return { tone: "ok", headline: "All is well: every route is served by its first tier" };
}
