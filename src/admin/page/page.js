// Asks the gateway once a second and shows what it says. Nothing is kept that /status.json, /events
// and /history.json do not tell anybody.

import { el, keep, setAttribute, setText } from "./dom.js";
import { connectExplain, showExplain } from "./explain.js";
import { showFeed } from "./feed.js";
import { connectCopy, showSnippets } from "./snippets.js";
import { showRoutes } from "./topology.js";
import { verdict } from "./verdict.js";
import { span } from "./words.js";

const PERIOD = 1000;
const PATIENCE = 4000;
const HISTORY_PERIOD = 10_000;

const byId = (id) => document.getElementById(id);
let history = new Map();
let historyAt = -Infinity;
let answeredAt = null;

async function ask(path) {
    const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
}

function showHeader(status) {
    setText(byId("state"), status.state);
    setAttribute(byId("state"), "class", `pill ${status.state === "ready" ? "ok" : "warn"}`);
    setText(byId("version"), status.version);
    setText(byId("uptime"), span(status.uptime_seconds));
    setText(byId("table"), status.config.hash.slice(0, 12));
    setAttribute(byId("table"), "title", status.config.hash);
    const alive = status.workers.filter((worker) => worker.alive).length;
    setText(byId("workers"), `${alive} of ${status.workers.length} alive`);
}

function showVerdict({ tone, headline, problems }) {
    setAttribute(byId("verdict"), "class", tone);
    setText(byId("headline"), headline);
    setText(byId("announcement"), headline);
    document.title = `${tone === "ok" ? "" : "⚠ "}${headline} – Spillway`;
    keep(byId("problems"), problems, {
        key: (problem) => `${problem.subject} ${problem.tone}`,
        make() {
            const subject = el("strong");
            const text = el("span");
            return { root: el("li", {}, subject, ": ", text), subject, text };
        },
        update(parts, problem) {
            setAttribute(parts.root, "class", problem.tone);
            setText(parts.subject, problem.subject);
            setText(parts.text, problem.text);
        },
    });
}

function showSilence() {
    document.body.classList.add("stale");
    setText(byId("state"), "no answer");
    setAttribute(byId("state"), "class", "pill bad");
    const since = answeredAt === null ? "It has not answered since this page was opened."
        : `Last answer ${span((performance.now() - answeredAt) / 1000)} ago; what is below is old.`;
    showVerdict({ tone: "bad", headline: "The gateway does not answer",
        problems: [{ tone: "bad", subject: "Gateway", text: since }] });
}

async function showHistory() {
    if (performance.now() - historyAt < HISTORY_PERIOD) return;
    const past = await ask("/history.json");
    history = new Map(past.deployments.map((each) => [each.name, each]));
    historyAt = performance.now();
}

async function look() {
    try {
        const status = await ask("/status.json");
        await showHistory();
        await showFeed(byId("feed"), byId("feed-note"), ask);
        answeredAt = performance.now();
        document.body.classList.remove("stale");
        showHeader(status);
        showVerdict(verdict(status));
        showRoutes(byId("routes"), status, history);
        showExplain(byId("explain-section"), status);
        showSnippets(byId("snippet-section"), status);
    } catch (error) {
        // Network trouble is a state to show; anything else is a defect to be heard of.
        if (error instanceof TypeError && !error.message.includes("fetch")) console.error(error);
        showSilence();
    }
}

/** One question at a time, none while nobody looks. */
async function watch() {
    for (;;) {
        if (!document.hidden) await look();
        await new Promise((resume) => {
            const timer = setTimeout(resume, PERIOD);
            document.addEventListener("visibilitychange", () => {
                clearTimeout(timer);
                resume();
            }, { once: true });
        });
    }
}

connectCopy(byId("copy"), byId("snippet"), byId("copied"));
connectExplain(byId("explain"), byId("explained"));
watch();
