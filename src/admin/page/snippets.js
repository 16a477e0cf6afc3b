// How to reach this gateway from the usual clients, with its real address and its models.

import { setOptions, setText } from "./dom.js";

/** A shell word: nothing inside single quotes means anything but the quote itself. */
const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const quoted = JSON.stringify;  // right for Python and JavaScript, too

const SNIPPETS = {
    "curl": (url, model) => {
        const body = quoted({ model, messages: [{ role: "user", content: "Say hello." }] });
        return `curl ${shell(url + "/v1/chat/completions")} \\
    -H 'content-type: application/json' \\
    -d ${shell(body)}
`;
    },
    "Python, openai": (url, model) => `from openai import OpenAI

client = OpenAI(base_url=${quoted(url + "/v1")}, api_key="unused")
answer = client.chat.completions.create(
    model=${quoted(model)},
    messages=[{"role": "user", "content": "Say hello."}],
)
print(answer.choices[0].message.content)
`,
    "Python, AzureOpenAI": (url, model) => `from openai import AzureOpenAI

client = AzureOpenAI(
    azure_endpoint=${quoted(url)}, api_version="2024-10-21", api_key="unused"
)
answer = client.chat.completions.create(
    model=${quoted(model)},
    messages=[{"role": "user", "content": "Say hello."}],
)
print(answer.choices[0].message.content)
`,
    "Node.js, openai": (url, model) => `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${quoted(url + "/v1")}, apiKey: "unused" });
const answer = await client.chat.completions.create({
    model: ${quoted(model)},
    messages: [{ role: "user", content: "Say hello." }],
});
console.log(answer.choices[0].message.content);
`,
};

/** A listener on every address is reached by the name under which this page was. */
function urlOf({ address, tls }) {
    const port = address.slice(address.lastIndexOf(":") + 1);
    const host = address.slice(0, address.lastIndexOf(":"));
    const everywhere = host === "0.0.0.0" || host === "[::]";
    return `${tls ? "https" : "http"}://${everywhere ? location.hostname : host}:${port}`;
}

export function showSnippets(section, status) {
    section.hidden = (status.listeners ?? []).length === 0 || status.routes.length === 0;
    if (section.hidden) return;
    const form = section.querySelector("form");
    const { client, model } = form.elements;
    setOptions(client, Object.keys(SNIPPETS));
    setOptions(model, status.routes.map((route) => route.name));
    const url = urlOf(status.listeners[0]);
    const write = () => setText(section.querySelector("pre"),
        SNIPPETS[client.value](url, model.value));
    form.onchange = write;
    write();
}

export function connectCopy(button, source, told) {
    button.onclick = async () => {
        // Without HTTPS or localhost there is no clipboard: then the text is selected.
        getSelection().selectAllChildren(source);
        try {
            await navigator.clipboard.writeText(source.textContent);
            setText(told, "Copied.");
        } catch {
            setText(told, "Selected: copy it with Ctrl+C.");
        }
    };
}
