"""The classification table of azure-protocol.md §5.3 as answers an upstream may give, with the
bodies of §3.5, §4.5 and §5.2, and what each has to mean."""

import dataclasses
import json

CHAT = "chat"
RESPONSES = "responses"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    status: int
    body: bytes
    effect: str  # on the breaker: "ok", "neutral", "soft", "hard", "misconfigured"
    reason: str | None  # of an attempt given up, as logged; None: the answer is the caller's
    cools: float = 0  # seconds of cool-down, at most
    all_fail: int = 503  # what the caller sees when every deployment answers so
    all_code: str | None = "upstream_unavailable"  # None: the last answer itself
    headers: tuple = (("content-type", "application/json"),)
    api: str = CHAT


def error(**facts):
    return json.dumps({"error": facts}).encode()


def shown(name, status, body, effect="ok", **more):
    return Row(name, status, body, effect, None, all_fail=status, all_code=None, **more)


def elsewhere(name, status, body, reason, effect="hard", **more):
    return Row(name, status, body, effect, reason, **more)


def misconfigured(name, status, body, reason):
    return Row(name, status, body, "misconfigured", reason)


def throttled(name, body, hint, cools, reason="throttled_tokens", effect="neutral", **more):
    return Row(
        name,
        more.pop("status", 429),
        body,
        effect,
        reason,
        cools,
        all_fail=429,
        all_code="rate_limit_exceeded",
        headers=(("content-type", more.pop("content_type", "application/json")), *hint),
        **more,
    )


FILTERED = {
    "hate": {"filtered": True, "severity": "high"},
    "self_harm": {"filtered": False, "severity": "safe"},
}
TOKEN_RATE = error(
    code="429",
    message="Requests to the ChatCompletions_Create Operation under Azure OpenAI API version "
    "2024-05-01-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. "
    "Please retry after 86400 seconds. Please go here: https://aka.ms/oai/quotaincrease if you "
    "would like to further increase the default rate limit.",
)
CALL_RATE = TOKEN_RATE.replace(b"token rate limit", b"call rate limit")
DEMAND = error(
    code="429",
    message="The system is currently experiencing high demand and cannot process your request. "
    "Your request exceeds the maximum usage size allowed during peak load. For improved "
    "capacity/latency reliability, consider switching to Provisioned Throughput.",
)
V1_RATE = error(
    type="too_many_requests",
    code="rate_limit_exceeded",
    message="Your requests to the deployment have exceeded rate limit.",
)
SORRY = error(
    message="The server had an error while processing your request. Sorry about that! You can "
    "retry your request, or contact us through an Azure support request at: "
    "https://go.microsoft.com/fwlink/?linkid=2213926 if you keep seeing this error.",
    type="server_error",
    param=None,
    code=None,
)
TEXT = (("content-type", "text/plain"),)
EVENTS = (("content-type", "text/event-stream; charset=utf-8"),)


def events(*frames):
    return "".join(f"{head}data: {json.dumps(data)}\n\n" for head, data in frames).encode()


RATE_LIMITED_EVENTS = events(
    (
        "event: response.failed\n",
        {
            "type": "response.failed",
            "response": {"status": "failed", "error": None},
            "sequence_number": 1,
        },
    ),
    (
        "event: error\n",
        {
            "type": "error",
            "error": {
                "type": "too_many_requests",
                "code": "rate_limit_exceeded",
                "headers": {"x-ms-fe-error": "true"},
                "message": "Your requests to the deployment have exceeded rate limit.",
                "param": None,
            },
            "sequence_number": 2,
        },
    ),
)
OVERLOADED_EVENT = events(
    (
        "",
        {
            "error": {
                "message": "That model is currently overloaded with other requests.",
                "type": "server_error",
                "param": None,
                "code": None,
            }
        },
    )
)

CALLERS_OWN = [
    shown(
        "content-filter",
        400,
        error(
            message="The response was filtered due to the prompt triggering Azure OpenAI's content "
            "management policy.",
            type=None,
            param="prompt",
            code="content_filter",
            status=400,
            innererror={
                "code": "ResponsibleAIPolicyViolation",
                "content_filter_result": FILTERED,
            },
        ),
    ),
    shown(
        "context-length",
        400,
        error(
            message="This model's maximum context length is 8192 tokens. However, your messages "
            "resulted in 10383 tokens. Please reduce the length of the messages.",
            type="invalid_request_error",
            param="messages",
            code="context_length_exceeded",
        ),
    ),
    shown(
        "previous-response",
        400,
        error(
            message="Previous response with id 'resp_1' not found.",
            type="invalid_request_error",
            param="previous_response_id",
            code="previous_response_not_found",
        ),
        api=RESPONSES,
    ),
    shown(
        "encrypted-content",
        400,
        error(
            message="The encrypted content gAAA could not be verified. Reason: Encrypted content "
            "could not be decrypted or parsed.",
            type="invalid_request_error",
            param=None,
            code="invalid_encrypted_content",
        ),
        api=RESPONSES,
    ),
    shown(
        "on-your-data",
        400,
        error(
            requestid="1", code=400, message="Invalid AzureCognitiveSearch configuration detected"
        ),
    ),
    shown("empty-400", 400, b""),
    shown(
        "unknown-item",
        404,
        error(message="Item with id 'rs_1' not found.", param="input"),
        api=RESPONSES,
    ),
    shown("conflict", 409, error(message="conflict", code="conflict")),
    shown("too-large", 413, error(message="too large", code="payload_too_large")),
    shown("media-type", 415, b"unsupported media type", headers=TEXT),
    shown("unprocessable", 422, error(message="no", type="invalid_request_error", code=None)),
    shown("header-fields", 431, b"Request Header Fields Too Large", effect="neutral", headers=TEXT),
]

UNSUPPORTED = [
    elsewhere(
        "operation",
        400,
        error(
            code="OperationNotSupported",
            message="The embeddings operation does not work with the specified model, gpt-4. "
            "Please choose different model and try again.",
        ),
        "unsupported",
        effect="neutral",
        all_fail=400,
        all_code=None,
    ),
    elsewhere(
        "responses-region",
        400,
        error(
            code="NotFound",
            message="Azure OpenAI Responses API is not enabled in this region. Please check "
            "https://aka.ms/aoai/responsesapi/availability",
        ),
        "unsupported",
        effect="neutral",
        all_fail=400,
        all_code=None,
        api=RESPONSES,
    ),
]

MISCONFIGURED = [
    misconfigured(
        "wrong-key",
        401,
        error(
            code="401",
            message="Access denied due to invalid subscription key or wrong API endpoint. "
            "Make sure to provide a valid key for an active subscription.",
        ),
        "unauthorized",
    ),
    misconfigured(
        "principal",
        401,
        error(
            code="PermissionDenied", message="Principal does not have access to API/Operation."
        ),
        "unauthorized",
    ),
    misconfigured(
        "audience",
        401,
        error(
            code="401",
            message="Unauthorized. Access token is missing, invalid, audience is incorrect "
            "(https://cognitiveservices.azure.com), or have expired.",
        ),
        "unauthorized",
    ),
    misconfigured(
        "firewall",
        403,
        error(code="403", message="Access denied due to Virtual Network/Firewall rules."),
        "unauthorized",
    ),
    misconfigured(
        "private",
        403,
        error(
            code="403", message="Public access is disabled. Please configure private endpoint."
        ),
        "unauthorized",
    ),
    misconfigured(
        "deployment-missing",
        404,
        error(
            code="DeploymentNotFound",
            message="The API deployment for this resource does not exist. If you created the "
            "deployment within the last 5 minutes, please wait a moment and try again.",
        ),
        "not_found",
    ),
    misconfigured(
        "resource-missing", 404, error(code="404", message="Resource not found"), "not_found"
    ),
    misconfigured(
        "model-missing",
        404,
        error(
            message="The model `x` does not exist or you do not have access to it.",
            type="invalid_request_error",
            param=None,
            code="model_not_found",
        ),
        "not_found",
    ),
    misconfigured(
        "insufficient-quota",
        429,
        error(
            message="You exceeded your current quota, please check your plan and billing details.",
            type="insufficient_quota",
            param=None,
            code="insufficient_quota",
        ),
        "insufficient_quota",
    ),
]

THROTTLED = [
    throttled("token-rate-day", TOKEN_RATE, (("retry-after", "86400"),), 60),
    throttled(
        "token-rate-both", TOKEN_RATE, (("retry-after-ms", "2500"), ("retry-after", "9")), 2.5
    ),
    throttled("call-rate", CALL_RATE, (("retry-after", "7"),), 7, reason="throttled_requests"),
    throttled("token-rate-bare", TOKEN_RATE, (), 1),
    throttled("v1-rate", V1_RATE, (("retry-after-ms", "4000"),), 4),
    throttled(
        "requests-of-openai",
        error(message="Rate limit", type="requests", code="rate_limit_exceeded"),
        (("retry-after", "3"),),
        3,
        reason="throttled_requests",
    ),
    throttled(
        "provisioned",
        error(code="429", message="The deployment is at full utilization."),
        (
            ("retry-after-ms", "1500"),
            ("retry-after", "2"),
            ("azure-openai-deployment-utilization", "101.3%"),
        ),
        1.5,
    ),
    throttled(
        "demand",
        DEMAND,
        (("retry-after", "20"),),
        20,
        reason="throttled_capacity",
        effect="soft",
    ),
    throttled(
        "early-rate-event",
        RATE_LIMITED_EVENTS,
        (("retry-after", "12"),),
        12,
        status=200,
        content_type="text/event-stream",
        api=RESPONSES,
    ),
]

FAILING = [
    elsewhere("server-error", 500, SORRY, "server_error"),
    elsewhere(
        "internal",
        500,
        error(code="InternalServerError", message="Backend returned unexpected response."),
        "server_error",
    ),
    elsewhere("not-implemented", 501, SORRY, "server_error"),
    elsewhere(
        "bad-gateway",
        502,
        b"<html><head><title>502 Bad Gateway</title></head></html>",
        "server_error",
        headers=(("content-type", "text/html"),),
    ),
    elsewhere("unhealthy", 503, b"no healthy upstream", "server_error", headers=TEXT),
    elsewhere(
        "overloaded",
        503,
        error(message="overloaded", type="server_error", code="server_is_overloaded"),
        "server_error",
    ),
    elsewhere("gateway-timeout", 504, b"", "server_error", headers=TEXT),
    elsewhere("dependency", 424, error(code="424", message="Failed dependency"), "server_error"),
    elsewhere(
        "timeout",
        408,
        error(code="Timeout", message="The operation was timeout."),
        "request_timeout",
        effect="soft",
        all_fail=408,
        all_code=None,
    ),
    elsewhere(
        "moved",
        307,
        b"",
        "malformed",
        headers=(("location", "https://elsewhere.example/"),),
    ),
    elsewhere("early-error-event", 200, OVERLOADED_EVENT, "server_error", headers=EVENTS),
]

ROWS = CALLERS_OWN + UNSUPPORTED + MISCONFIGURED + THROTTLED + FAILING
