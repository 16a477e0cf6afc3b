"""The openai Python SDK as its users configure it: class, form of the base URL, blocking or not."""

import dataclasses
import operator

import openai
from sdk_kinds import API_VERSION, CHAT, KINDS, NAMES, Kinds


@dataclasses.dataclass(frozen=True)
class Form:
    name: str
    classes: tuple  # blocking, async
    arguments: dict  # {url} and {route} are filled in
    names_deployment: bool = False  # in the URL of the operations that Azure has below a deployment


OPENAI = (openai.OpenAI, openai.AsyncOpenAI)
AZURE = (openai.AzureOpenAI, openai.AsyncAzureOpenAI)
VERSION = {"api_version": API_VERSION}

FORMS = [
    Form("v1", OPENAI, {"base_url": "{url}/v1"}),
    Form("openai-v1", OPENAI, {"base_url": "{url}/openai/v1/"}),
    Form("bare", OPENAI, {"base_url": "{url}"}),
    Form("azure", AZURE, {"azure_endpoint": "{url}", **VERSION}),
    Form(
        "azure-deployment",
        AZURE,
        {"azure_endpoint": "{url}/", "azure_deployment": "{route}", **VERSION},
        names_deployment=True,
    ),
    Form(
        "azure-base-url",
        AZURE,
        {"base_url": "{url}/openai/deployments/{route}", **VERSION},
        names_deployment=True,
    ),
]

BOGUS = "what-the-framework-had-at-hand"
"""In the body where the URL names the deployment, as LangChain and others send it."""


@dataclasses.dataclass
class Sdk:
    kinds: Kinds
    form: Form
    is_async: bool

    def client(self, route=CHAT):
        filled = {
            name: value.format(url=self.kinds.gateway.url, route=route)
            for name, value in self.form.arguments.items()
        }
        return self.kinds.client(self.form.classes[self.is_async], **filled)

    def body_model(self, method, route):
        is_below_deployment = not method.startswith("responses")
        return BOGUS if self.form.names_deployment and is_below_deployment else route

    def wait(self, value):
        return self.kinds.run(value) if self.is_async else value

    def call(self, method, route=CHAT, **body):
        """(what the SDK makes of the answer, its headers); of a stream the list of its events."""
        owner = operator.attrgetter("with_raw_response." + method)(self.client(route))
        raw = self.wait(owner(model=self.body_model(method, route), **body))
        parsed = raw.parse()
        return self.events(parsed) if body.get("stream") else parsed, raw.headers

    def events(self, stream):
        if not self.is_async:
            return list(stream)

        async def gather():
            return [event async for event in stream]

        return self.wait(gather())

    def finish(self, method, last, **body):
        """What the stream helper `method` has put together at the end; `last`: how it is asked."""
        helper = operator.attrgetter(method)(self.client())(
            model=self.body_model(method, CHAT), **body
        )
        if not self.is_async:
            with helper as stream:
                return getattr(stream, last)()

        async def gather():
            async with helper as stream:
                return await getattr(stream, last)()

        return self.wait(gather())


def all_sdks(kinds):
    return {
        f"{form.name}-{'async' if is_async else 'sync'}": Sdk(kinds, form, is_async)
        for form in FORMS
        for is_async in (False, True)
    }


SDK_NAMES = list(all_sdks(None))


def directly(kinds, kind, method, route=CHAT, **body):
    """What the SDK gets from the serving resource itself, told in its own name for the model."""
    call = operator.attrgetter(method)(kinds.direct(kind))
    answer = call(model=NAMES[KINDS[kind]][route], **body)
    return list(answer) if body.get("stream") else answer
