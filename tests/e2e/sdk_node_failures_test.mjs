// The unmodified openai Node SDK when something fails: what it must not notice, must raise, and how
// it comes back. Run by test_sdk_node.py.
import assert from 'node:assert';
import test from 'node:test';

import {
    APIError, CHAT, EMBED, INSTRUCT, OpenAI, Sdk, TINY, directly, eventually, fault, kinds,
    names, recover, resources, sentAt, serveBy, simStats,
} from './sdk_clients.mjs';

const slow = Number(process.env.SPILLWAY_SLOW ?? 1);
const saying = (content) => [{role: 'user', content}];
const messages = saying('Where does the water go? 🙂');
const documents = {
    'chat': ['chat.completions.create', {messages}, CHAT],
    'responses': ['responses.create', {input: messages}, CHAT],
    'completions': ['completions.create', {prompt: 'Once'}, INSTRUCT],
    'embeddings': ['embeddings.create', {input: 'Where?'}, EMBED],
};
const streams = Object.fromEntries(
    Object.entries(documents).filter(([name]) => name !== 'embeddings')
        .map(([name, [method, body, route]]) =>
            [`${name} stream`, [method, {...body, stream: true}, route]]));
const sdks = ['v1', 'azure'].map((form) => new Sdk(form));
const plain = (answer) => JSON.parse(JSON.stringify(answer));

async function errorOf(promise) {
    const known = sentAt.length;
    const error = await promise.then(() => assert.fail('nothing was raised'), (raised) => raised);
    return {error, requests: sentAt.length - known};
}

const cell = (name, run) => test(name, async () => {
    await recover();
    await run();
});

const beforeCommit = {
    '503': {status: 503},
    'refused': {refuse: 'all'},
    'reset': {cut: 'before_head', ending: 'rst'},
    '429': {status: 429, retry_after_ms: 20},
};
const inStream = {
    'rate limit in a 200': {error_event: 'rate_limit', retry_after_ms: 20},
    'cut after the role': {cut: 'mid_event', after_events: 1},
};
for (const sdk of sdks) {
    for (const [name, [method, body, route]] of Object.entries({...documents, ...streams})) {
        const causes = {...beforeCommit, ...(body.stream ? inStream : {})};
        for (const [cause, what] of Object.entries(causes)) {
            cell(`a failover shows in headers only: ${sdk.form}, ${name}, ${cause}`, async () => {
                await fault(what, {resource: 'east'});
                const known = sentAt.length;
                const {answer, headers} = await sdk.call(method, body, route);
                const expected = await directly('azure_v1', method, body, route);
                assert.deepEqual(plain(answer), plain(expected));
                assert.equal(headers.get('x-spillway-deployment'), `west-${route}`);
                assert.equal(headers.get('x-spillway-attempts'), '2');
                assert.equal(sentAt.length - known, 1);
            });
        }
    }

    for (const [name, [method, body, route]] of Object.entries(streams)) {
        for (const ending of ['fin', 'rst', 'clean']) {
            cell(`no stream ends silently: ${sdk.form}, ${name}, ${ending}`, async () => {
                const whole = await directly('azure', method, body, route);
                await fault({cut: 'mid_data', after_events: 9, ending}, {resource: 'east'});
                const events = [];
                const {error} = await errorOf(sdk.follow(method, body, route, events));
                assert.ok(error instanceof APIError, error);
                assert.equal(error.code, 'upstream_stream_interrupted');
                assert.deepEqual(events, whole.slice(0, events.length));
                assert.ok(events.length >= 5 && events.length < whole.length);
            });
        }
    }

    for (const kind of Object.keys(kinds)) {
        test(`a filtered prompt comes back untouched: ${sdk.form}, ${kind}`, async () => {
            await serveBy(kind);
            const body = {messages: saying('sim:filter-prompt')};
            const {error: expected} =
                await errorOf(directly(kind, 'chat.completions.create', body));
            const {error, requests} = await errorOf(sdk.call('chat.completions.create', body));
            assert.ok(error instanceof OpenAI.BadRequestError);
            assert.equal(error.code, 'content_filter');
            assert.deepEqual(error.error, expected.error);
            assert.ok(error.error.innererror.content_filter_result.hate.filtered);
            assert.equal(error.headers.get('x-spillway-deployment'), `${kinds[kind]}-${CHAT}`);
            assert.equal(requests, 1);
        });
    }

    cell(`an unknown model says where to look: ${sdk.form}`, async () => {
        const {error, requests} =
            await errorOf(sdk.call('chat.completions.create', {messages}, 'gpt-9'));
        assert.ok(error instanceof OpenAI.NotFoundError);
        assert.deepEqual([error.code, error.param, requests], ['model_not_found', 'model', 1]);
        assert.match(error.message, /GET \/v1\/models/);
    });

    // Its own back-off would be at most 0.5 s, `retry-after` in whole seconds 2 s.
    cell(`a throttled SDK waits as long as it was told: ${sdk.form}`, async () => {
        for (const resource of resources) {
            await fault({status: 429, retry_after_ms: 1200}, {resource, count: 1});
        }
        const known = sentAt.length;
        const answer = await sdk.client().chat.completions
            .create({model: CHAT, messages}, {maxRetries: 2});
        const [first, second, ...more] = sentAt.slice(known);
        assert.ok(answer.choices[0].message.content && more.length === 0);
        assert.ok(second - first >= 1100 && second - first <= 1900 * slow, second - first);
    });

    cell(`without retries it raises at once: ${sdk.form}`, async () => {
        for (const resource of resources) {
            await fault({status: 429, retry_after_ms: 300}, {resource, count: 1});
        }
        const {error, requests} = await errorOf(sdk.call('chat.completions.create', {messages}));
        assert.ok(error instanceof OpenAI.RateLimitError);
        assert.deepEqual([error.code, requests], ['rate_limit_exceeded', 1]);
        assert.ok(Number(error.headers.get('retry-after-ms')) <= 300);
        assert.equal(error.headers.get('x-spillway-attempts'), '3');
    });

    cell(`told not to retry, it does not: ${sdk.form}`, async () => {
        const body = {model: TINY, messages, max_tokens: 5000};
        const {error, requests} = await errorOf(
            sdk.client().chat.completions.create(body, {maxRetries: 5}));
        assert.ok(error instanceof OpenAI.RateLimitError);
        assert.deepEqual([error.code, requests], ['request_too_large', 1]);
        assert.equal(error.headers.get('x-should-retry'), 'false');
    });

    cell(`when all are down it is told when to come back: ${sdk.form}`, async () => {
        for (const resource of resources) {
            await fault({status: 503}, {resource, count: 1});
        }
        const known = sentAt.length;
        await sdk.client().chat.completions.create({model: CHAT, messages}, {maxRetries: 1});
        const [first, second, ...more] = sentAt.slice(known);
        assert.equal(more.length, 0);
        assert.ok(second - first >= 950 && second - first <= 2000 * slow, second - first);
    });

    cell(`a caller that aborts stops the upstream: ${sdk.form}`, async () => {
        await fault({token_ms: 50}, {resource: 'east'});
        const stream = await sdk.client().chat.completions
            .create({model: CHAT, messages, stream: true});
        let seen = 0;
        for await (const unused of stream) {
            if (++seen === 4) { stream.controller.abort(); }
        }
        const east = names.azure[CHAT];
        await eventually(async () => (await simStats()).east.deployments[east].cancelled === 1, 5);
    });

    cell(`fifty at once get each its own answer: ${sdk.form}`, async () => {
        const client = sdk.client();
        const bodies = [...Array(50).keys()].map((i) => ({messages: saying(`number ${i}`)}));
        const answers = await Promise.all(bodies.map((body, i) => i % 2
            ? client.chat.completions.create({model: CHAT, ...body})
            : client.chat.completions.stream({model: CHAT, ...body}).finalChatCompletion()));
        for (const [i, body] of bodies.entries()) {
            const expected = await directly('azure', 'chat.completions.create', body);
            const [mine] = answers[i].choices;
            assert.equal(mine.message.content, expected.choices[0].message.content);
        }
    });
}
