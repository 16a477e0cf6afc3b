// How the page says things: numbers, times, and what the words of /status.json mean.

/** 950, 42k, 1.5M */
export function amount(number) {
    for (const [size, letter] of [[1e6, "M"], [1e3, "k"]]) {
        if (Math.abs(number) >= 10 * size || (number >= size && number % (size / 10) === 0)) {
            return `${Math.round(number / size * 10) / 10}${letter}`;
        }
    }
    return number.toLocaleString("en");
}

/** Time still to wait: never less than there is. */
export function wait(seconds) {
    const whole = Math.ceil(seconds);
    return whole < 60 ? `${whole} s` : span(whole);
}

/** 5 s, 2 min 5 s, 3 h 7 min, 4 d 2 h */
export function span(seconds) {
    const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
    const first = units.findIndex(([, size]) => seconds >= size);
    if (first < 0) return "0 s";
    let rest = Math.floor(seconds);
    const parts = [];
    for (const [unit, size] of units.slice(first, first + 2)) {
        const count = Math.floor(rest / size);
        rest -= count * size;
        if (count > 0) parts.push(`${count} ${unit}`);
    }
    return parts.join(" ");
}

export function milliseconds(seconds) {
    return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

export const plain = (word) => word.replaceAll("_", " ");

const OPENED = {
    consecutive: "It failed several times in a row.",
    local: "It cannot be reached.",
    rate: "Too many of its requests failed.",
    misconfigured: "It refuses our credentials, or does not know the deployment.",
    region: "Its whole resource is failing.",
    probe_failed: "Its last probe failed.",
};

const SKIPPED = {
    residency: "Outside the residency of this route.",
    open: "Its breaker is open.",
    region_open: "The breaker of its resource is open.",
    probing: "A probe is on its way; nobody else is sent there meanwhile.",
    resting: "It asked to be left alone for a while.",
    cooling: "Its provider said to wait.",
    tokens_full: "The tokens of this minute are used up.",
    requests_full: "The requests of this minute are used up.",
    too_big: "The request is larger than its limit.",
    unsupported: "It does not offer this operation.",
    no_credential: "There is no token or key to sign requests with.",
    tried: "It has been tried already.",
};
export const skipped = (word) => SKIPPED[word] ?? plain(word);

function opened(breaker) {
    const next = breaker.reopens_in_seconds > 0
        ? `Next probe in ${wait(breaker.reopens_in_seconds)}.`
        : "The next request will be its probe.";
    return `${OPENED[breaker.reason] ?? ""} ${next}`.trim();
}

/** How a deployment stands in a route: its tone, one word, and why. */
export function standing(deployment, skip) {
    const { breaker, region_breaker: region } = deployment;
    if (breaker.state === "open") return { tone: "bad", word: "open", why: opened(breaker) };
    if (region.state === "open") {
        return { tone: "bad", word: "resource open",
            why: `The resource ${deployment.resource} is down. ${opened(region)}` };
    }
    if (breaker.state === "half_open" || region.state === "half_open") {
        return { tone: "warn", word: "half open",
            why: "Being probed: one request at a time until it has proved itself." };
    }
    if (deployment.cools_for_seconds > 0) {
        return { tone: "warn", word: "cooling",
            why: `Its provider said to wait: ${wait(deployment.cools_for_seconds)} left.` };
    }
    if (skip === "residency") return { tone: "off", word: "not used", why: skipped(skip) };
    if (skip) return { tone: "warn", word: plain(skip), why: skipped(skip) };
    if (deployment.ramp < 1) {
        return { tone: "warn", word: "recovering",
            why: `Gets ${Math.round(deployment.ramp * 100)} % of its share for now.` };
    }
    return { tone: "ok", word: "closed", why: "Takes requests." };
}

export function lastError(error) {
    if (!error) return "none";
    const status = error.status === null ? "no answer" : error.status;
    return `${plain(error.reason)} (${status}), ${span(error.seconds_ago)} ago`;
}
