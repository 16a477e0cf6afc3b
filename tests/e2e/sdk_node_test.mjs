// The unmodified openai Node SDK: every form of base URL, served by every kind of upstream. Each
// cell compares with what the SDK gets from that upstream directly. Run by test_sdk_node.py.
import assert from 'node:assert';
import test from 'node:test';

import {
    CHAT, EMBED, INSTRUCT, Sdk, TINY, checkServed, directly, forms, kinds, recover, serveBy, z,
    zodResponseFormat, zodTextFormat,
} from './sdk_clients.mjs';

const question = [{role: 'user', content: 'Was kostet 東京 → Zürich? 🙂\u2028\n\t"\\'}];
const asksForWeather = [{role: 'user', content: 'What is the weather in 東京?'}];
const parameters = {
    type: 'object', properties: {city: {type: 'string'}}, required: ['city'],
    additionalProperties: false,
};
const weather = {name: 'get_weather', strict: true, parameters};
const tools = {tools: [{type: 'function', function: weather}], tool_choice: 'auto'};
const Journey = z.object({
    steps: z.array(z.object({explanation: z.string(), cost: z.number()})), is_final: z.boolean(),
});

const said = (chunks, index = 0) => chunks.flatMap((chunk) => chunk.choices)
    .filter((choice) => choice.index === index)
    .map((choice) => choice.delta.content ?? '').join('');
// Without the request id that the SDK adds.
const plain = (answer) => JSON.parse(JSON.stringify(answer));

const cells = {
    async 'chat'(sdk, kind) {
        const body = {messages: question, seed: 3, max_tokens: 12};
        const {answer, headers} = await sdk.call('chat.completions.create', body);
        const expected = await directly(kind, 'chat.completions.create', body);
        assert.deepEqual(plain(answer), plain(expected));
        assert.equal(answer._request_id, headers.get('x-request-id'));
        assert.equal(answer.usage.completion_tokens, 12);
        assert.equal(answer.choices[0].finish_reason, 'length');
        checkServed(kind, headers);
    },

    async 'a stream with usage, without and unsaid'(sdk, kind) {
        const whole = await directly(kind, 'chat.completions.create', {messages: question});
        for (const include_usage of [true, false, undefined]) {
            const body = {messages: question, stream: true};
            if (include_usage !== undefined) { body.stream_options = {include_usage}; }
            const {answer, headers} = await sdk.call('chat.completions.create', body);
            assert.deepEqual(answer, await directly(kind, 'chat.completions.create', body));
            assert.equal(said(answer), whole.choices[0].message.content);
            assert.deepEqual(answer.at(-1).usage, include_usage ? whole.usage : undefined);
            checkServed(kind, headers);
        }
    },

    async 'several choices'(sdk, kind) {
        const body = {messages: question, n: 3};
        const {answer: whole} = await sdk.call('chat.completions.create', body);
        const {answer: chunks, headers} =
            await sdk.call('chat.completions.create', {...body, stream: true});
        assert.equal(new Set(whole.choices.map((each) => each.message.content)).size, 3);
        for (const choice of whole.choices) {
            assert.equal(said(chunks, choice.index), choice.message.content);
        }
        checkServed(kind, headers);
    },

    async 'a tool call, in one piece and in many, and its result'(sdk, kind) {
        const body = {messages: asksForWeather, ...tools};
        const {answer: called} = await sdk.call('chat.completions.create', body);
        const calledDirectly = await directly(kind, 'chat.completions.create', body);
        assert.deepEqual(plain(called), plain(calledDirectly));
        const {message, finish_reason} = called.choices[0];
        const [call] = message.tool_calls;
        assert.deepEqual([call.function.name, finish_reason], ['get_weather', 'tool_calls']);
        assert.deepEqual(Object.keys(JSON.parse(call.function.arguments)), ['city']);

        const {answer: chunks} = await sdk.call('chat.completions.create', {...body, stream: true});
        const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
        assert.ok(pieces.length > 2 && pieces[0].id === call.id);
        const argumentText = pieces.map((each) => each.function.arguments).join('');
        assert.equal(argumentText, call.function.arguments);

        const result = {role: 'tool', tool_call_id: call.id, content: 'weather: rain'};
        const history = {messages: [...asksForWeather, message, result], ...tools};
        const {answer, headers} = await sdk.call('chat.completions.create', history);
        const expected = await directly(kind, 'chat.completions.create', history);
        assert.deepEqual(plain(answer), plain(expected));
        assert.ok(answer.choices[0].message.content);
        checkServed(kind, headers);
    },

    async 'a structured answer'(sdk, kind) {
        const response_format = zodResponseFormat(Journey, 'journey');
        const model = sdk.model('chat');
        const parsed = await sdk.client().chat.completions
            .parse({model, messages: question, response_format});
        Journey.strict().parse(parsed.choices[0].message.parsed);
        const expected =
            await directly(kind, 'chat.completions.parse', {messages: question, response_format});
        assert.deepEqual(plain(parsed), plain(expected));
    },

    async 'the stream helpers'(sdk, kind) {
        const wholes = await directly(kind, 'chat.completions.create', {messages: question});
        const chat = sdk.helper('chat.completions.stream', {messages: question});
        assert.equal(await chat.finalContent(), wholes.choices[0].message.content);

        const body = {input: asksForWeather, tools: [{type: 'function', ...weather}]};
        const response = await sdk.helper('responses.stream', body).finalResponse();
        const expected = await directly(kind, 'responses.create', body);
        assert.equal(response.output[0].arguments, expected.output[0].arguments);
        assert.deepEqual([response.output[0].name, response.id], ['get_weather', expected.id]);

        const text = {format: zodTextFormat(Journey, 'journey')};
        const parsed =
            await sdk.client().responses.parse({model: CHAT, input: question, text});
        Journey.strict().parse(parsed.output_parsed);
    },

    async 'embeddings'(sdk, kind) {
        const body = {input: ['naïve', '東京 🙂'], dimensions: 64};
        const {answer, headers} = await sdk.call('embeddings.create', body, EMBED);
        const floats =
            await sdk.call('embeddings.create', {...body, encoding_format: 'float'}, EMBED);
        const expected = await directly(kind, 'embeddings.create', body, EMBED);
        assert.deepEqual(plain(answer), plain(expected));
        answer.data.forEach(({embedding}, i) => embedding.forEach((value, j) => {
            assert.ok(Math.abs(value - floats.answer.data[i].embedding[j]) < 1e-6);
        }));
        assert.equal(answer.data[1].embedding.length, 64);
        checkServed(kind, headers, EMBED);
    },

    async 'legacy completions'(sdk, kind) {
        const body = {prompt: 'Once upon a time in 東京', max_tokens: 9};
        const counted = {stream: true, stream_options: {include_usage: true}};
        const {answer} = await sdk.call('completions.create', body, INSTRUCT);
        const {answer: chunks, headers} =
            await sdk.call('completions.create', {...body, ...counted}, INSTRUCT);
        const expected = await directly(kind, 'completions.create', body, INSTRUCT);
        assert.deepEqual(plain(answer), plain(expected));
        const text = chunks.map((chunk) => chunk.choices[0]?.text ?? '').join('');
        assert.equal(text, answer.choices[0].text);
        assert.deepEqual(chunks.at(-1).usage, answer.usage);
        checkServed(kind, headers, INSTRUCT);
    },

    async 'responses, whole and as events'(sdk, kind) {
        const body = {input: question, instructions: 'be brief'};
        const {answer} = await sdk.call('responses.create', body);
        assert.deepEqual(plain(answer), plain(await directly(kind, 'responses.create', body)));
        assert.ok(answer.output_text.length > 0);

        const streamed = {...body, stream: true};
        const {answer: events, headers} = await sdk.call('responses.create', streamed);
        assert.deepEqual(events, await directly(kind, 'responses.create', streamed));
        assert.deepEqual(events.map((event) => event.sequence_number), [...events.keys()]);
        assert.equal(events.at(-1).type, 'response.completed');
        checkServed(kind, headers);
    },
};

for (const kind of Object.keys(kinds)) {
    for (const form of Object.keys(forms)) {
        for (const [name, cell] of Object.entries(cells)) {
            test(`${name}: ${form}, ${kind}`, async () => {
                await serveBy(kind);
                await cell(new Sdk(form), kind);
            });
        }
    }
}

for (const form of Object.keys(forms)) {
    test(`the models are the routes: ${form}`, async () => {
        await recover();
        const {data} = await new Sdk(form).client().models.list();
        assert.deepEqual(data.map((model) => model.id), [CHAT, EMBED, INSTRUCT, TINY]);
    });
}
