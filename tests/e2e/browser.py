"""The status page in Debian's Chromium, driven by Playwright, which brings no browser of its own here.

    with chromium() as browser:
        with opened(browser, gateway, width=768, scheme="dark") as page:
            ...
"""

import contextlib
import os
import pathlib

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
NODE_MODULES = pathlib.Path(
    os.environ.get("NODE_MODULES", pathlib.Path(__file__).resolve().parents[2] / "build/node")
)
# As root there is no sandbox; the rest keeps it from asking for anything beyond loopback.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(browser, gateway, width=1440, height=900, scheme="light"):
    """The page once it shows its routes. What the browser complains about is in `page.complaints`."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(gateway.admin + "/")
    page.wait_for_selector(".card")
    yield page
    context.close()


def axe(page):
    """What axe-core finds wrong, one line each."""
    # By the debugger's way in: the page's own policy forbids scripts of others.
    session = page.context.new_cdp_session(page)
    script = (NODE_MODULES / "node_modules/axe-core/axe.min.js").read_text()
    session.send("Runtime.evaluate", {"expression": script})
    return page.evaluate(
        """async (rules) => {
            const { violations } = await axe.run(document, { runOnly: rules });
            return violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html}`));
        }""",
        AXE_RULES,
    )
