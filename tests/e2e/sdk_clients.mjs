// The openai Node SDK as its users configure it, in front of the gateway of sdk_kinds.py. What runs
// where comes from test_sdk_node.py in $SDK_KINDS.
import assert from 'node:assert';
import {writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

const require = createRequire(join(process.env.NODE_MODULES, 'package.json'));
export const {OpenAI, AzureOpenAI, APIError} = require('openai');
export const {zodTextFormat, zodResponseFormat} = require('openai/helpers/zod');
export const {z} = require('zod');

const {gateway, admin, sim, kinds, names, direct} = JSON.parse(process.env.SDK_KINDS);
export {kinds, names};

export const CHAT = 'gpt-4o';
export const EMBED = 'text-embedding-3-small';
export const INSTRUCT = 'gpt-35-turbo-instruct';
export const TINY = 'tiny';
const BOGUS = 'what-the-framework-had-at-hand';
const apiVersion = '2025-03-01-preview';

// Every request that reaches the gateway: the SDK calls this instead of fetch.
export const sentAt = [];
const counted = (url, init) => {
    sentAt.push(performance.now());
    return fetch(url, init);
};
const common = {apiKey: 'callers-own', maxRetries: 0, fetch: counted};

const below = (route) => `/openai/deployments/${route}`;
export const forms = {
    'v1': () => new OpenAI({baseURL: `${gateway}/v1`, ...common}),
    'openai-v1': () => new OpenAI({baseURL: `${gateway}/openai/v1/`, ...common}),
    'bare': () => new OpenAI({baseURL: gateway, ...common}),
    'azure': () => new AzureOpenAI({endpoint: gateway, apiVersion, ...common}),
    'azure-deployment': (route) =>
        new AzureOpenAI({endpoint: `${gateway}/`, deployment: route, apiVersion, ...common}),
    'azure-base-url': (route) =>
        new AzureOpenAI({baseURL: `${gateway}${below(route)}`, apiVersion, ...common}),
};

// Whether the deployment is in the URL, whatever the body says.
const namesDeployment = (form) => ['azure-deployment', 'azure-base-url'].includes(form);

export class Sdk {
    constructor(form) {
        this.form = form;
    }

    client(route = CHAT) {
        return forms[this.form](route);
    }

    model(method, route = CHAT) {
        return namesDeployment(this.form) && !method.startsWith('responses') ? BOGUS : route;
    }

    // {answer, headers}; of a stream the list of its events.
    async call(method, body, route = CHAT) {
        const {data, response} = await invoke(
            this.client(route), method, {model: this.model(method, route), ...body}).withResponse();
        return {answer: await read(data, body), headers: response.headers};
    }

    // Adds a stream's events to `seen` as they come.
    async follow(method, body, route, seen) {
        const stream = await invoke(
            this.client(route), method, {model: this.model(method, route), ...body});
        for await (const event of stream) { seen.push(event); }
    }

    // A stream helper; it is to be read or asked for its end.
    helper(method, body) {
        return invoke(this.client(), method, {model: this.model(method), ...body});
    }
}

function invoke(client, method, body) {
    const path = method.split('.');
    const verb = path.pop();
    const owner = path.reduce((at, name) => at[name], client);
    return owner[verb](body);
}

async function read(data, body) {
    if (!body.stream) { return data; }
    const events = [];
    for await (const event of data) { events.push(event); }
    return events;
}

// What the SDK gets from the serving resource itself.
export async function directly(kind, method, body, route = CHAT) {
    const {url, apiKey} = direct[kind];
    const client = kind === 'azure'
        ? new AzureOpenAI({endpoint: url, apiVersion, apiKey, maxRetries: 0})
        : new OpenAI({baseURL: url, apiKey, maxRetries: 0});
    return read(await invoke(client, method, {model: names[kind][route], ...body}), body);
}

async function tellSim(path, method, body) {
    const answer = await fetch(sim + path, {method, body: body && JSON.stringify(body)});
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return JSON.parse(text);
}

export const fault = (what, rule = {}) => tellSim('/faults', 'POST', {...rule, fault: what});
export const simStats = async () => (await tellSim('/stats', 'GET')).resources;

export const resources = Object.values(kinds);

export async function status() {
    return (await fetch(admin + '/status.json')).json();
}

export async function eventually(condition, seconds = 20) {
    const deadline = performance.now() + seconds * 1000 * Number(process.env.SPILLWAY_SLOW ?? 1);
    while (!await condition()) {
        assert.ok(performance.now() < deadline, `not within ${seconds} s`);
        await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
}

// Like Kinds.recover(): nothing fails, nothing waits, and east has been seen to work.
export async function recover() {
    await tellSim('/reset', 'POST');
    await eventually(async () =>
        (await status()).deployments.every((each) => each.cools_for_seconds === 0));
    const {headers} = await new Sdk('v1').call('chat.completions.create', {messages: []});
    assert.equal(headers.get('x-spillway-deployment'), `east-${CHAT}`);
    await tellSim('/reset', 'POST');
}

export async function serveBy(kind) {
    await recover();
    for (const earlier of Object.keys(kinds)) {
        if (earlier === kind) { break; }
        await fault({status: 503}, {resource: kinds[earlier]});
    }
}

export function checkServed(kind, headers, route = CHAT) {
    const attempts = 1 + Object.keys(kinds).indexOf(kind);
    assert.equal(headers.get('x-spillway-deployment'), `${kinds[kind]}-${route}`);
    assert.equal(headers.get('x-spillway-attempts'), String(attempts));
    assert.match(headers.get('x-request-id'), /^[0-9a-f]{32}$/);
}

// For test_sdk_node.py, which counts what the gateway has to account for.
process.on('exit', () => { writeFileSync(process.env.REQUESTS_FILE, JSON.stringify(sentAt)); });
