"""Every page, wide and narrow, light and dark: no serious fault of accessibility, nothing wider than the screen,
nothing in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import LiveSite
from tests.web.furnished import Furniture, furnish, pages

# The marks of the lanes stand where the words were said, if need be upon each other: WCAG 2.5.8 allows that where the
# same can be done elsewhere on the page, here by the evidence buttons of the panel.
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
# Swagger UI draws #reference, in English and with faults of its own (contrast of GET and POST, links within buttons).
FAULTS = """async () => (await axe.run({include: [document], exclude: ['#reference']}, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .flatMap(v => v.nodes
        .filter(n => v.id !== 'target-size' || !n.html.includes('class="mark '))
        .map(n => `${v.id}: ${n.target} ${n.html.slice(0, 120)} ${n.any.map(a => a.message)}`))"""
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [document.documentElement.scrollWidth,
    ...[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 100))]"""
WORDS = """() => {
    const technical = [...document.querySelectorAll('code, kbd, pre, [lang=en]')];  // told as such
    for (const e of technical) e.style.visibility = 'hidden';
    const told = [document.body.innerText, document.title];
    for (const e of technical) e.style.visibility = '';
    for (const e of document.querySelectorAll('[title],[aria-label],[placeholder],[alt]'))
        if (e.checkVisibility() && !e.closest('[lang=en]'))
            for (const a of ['title', 'aria-label', 'placeholder', 'alt']) told.push(e.getAttribute(a) ?? '');
    return told.join('\\n');
}"""
# Latin letters a Chinese clerk knows: formats and units, keys, what people typed (names of files, orders and accounts).
SHIFTS = """window.shifted = 0; new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true})"""
MOST_SHIFT = 0.1  # what web.dev calls good
KNOWN = re.compile(
    r"""[\w\u4e00-\u9fff-]+\.(m4a|mp3|opus|csv|wav|xlsx)\b | \bWO-[\w-]+ | \{\w+\} | [\d.](s|x|h)\b | \b[A-Z]\b
    | \b(CSV|Excel|PDF|A4|UTF-8|GBK|JavaScript|TXT|SRT|VTT|JSON|YAML|ZIP|IP|SHA-256|B|KB|MB|GB|Ctrl|Enter|Esc|Tab|Space|Alt|Shift)\b
    | \bWord\b | \.(docx?|txt)\b
    | \b(MP3|M4A|WAV|OGG|OPUS|AMR|FLAC|AAC|WMA|MP4|WEBM|3GP|MOV)\b | \bfaster-whisper\s\w+ | \b[0-9a-f]{12,}\b
    | \b(flask\s--app\sweb|make)\s\w+
    | https?://\S+ | [\w-]+(\.[\w-]+)*\.com\b\S* | \btj_\w+ | \bOpenAPI\b(\.json)?
    | \b(Webhook|POST|HTTP|https|OpenID\sConnect|OIDC|FunASR|vLLM|openai-api)\b | \bdocs/\w+\.md\b
    | \b(recording|suspicion|appeal|month)\.(judged|found|filed|answered|published)\b
    | \b(admin|chen|lin|zhou|zheng|wang|li)\b | \bAsia/Shanghai\b | \bTINGJIAN_[\w…]+""",
    re.VERBOSE | re.IGNORECASE,
)


@pytest.fixture
def made(live_site: LiveSite, people: dict[str, Any]) -> Furniture:
    return furnish(live_site.app, people, audible=True)


@pytest.fixture
def contexts(chromium: Browser, live_site: LiveSite, people: dict[str, Any]) -> Iterator[dict[tuple[str, int], Page]]:
    """A page for each (who, width); the policy is off, or axe could not be put into the page."""
    opened: list[BrowserContext] = []
    found = {}
    for width in (1366, 390):
        for who in ("admin", "qa", "technician", ""):
            context = chromium.new_context(
                base_url=live_site.url,
                viewport={"width": width, "height": 844},
                locale="zh-CN",
                bypass_csp=True,
                reduced_motion="reduce",  # colours are judged as they end, not on their way from light to dark
            )
            if who:
                context.add_cookies([live_site.cookie(people[who])])  # type: ignore[list-item]  # a plain dict, as Playwright takes it
            context.add_init_script(AXE)
            context.add_init_script(SHIFTS)
            opened.append(context)
            found[who, width] = context.new_page()
    yield found
    for context in opened:
        context.close()


def who_opens(name: str) -> str:
    """A member of the cast who may open the page."""
    if name == "auth.login":
        return ""
    return {"scorecards.mine": "technician", "review.appeals": "qa"}.get(name, "admin")


@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_can_be_used_by_everybody(
    contexts: dict[tuple[str, int], Page], made: Furniture, width: int
) -> None:
    faults: list[str] = []
    for name, path in pages(made).items():
        page = contexts[who_opens(name), width]
        page.goto(path)
        if name.startswith(("scorecards", "topics", "recordings.show")):  # drawn by scripts
            page.wait_for_load_state("networkidle")
        if page.evaluate("window.shifted") >= MOST_SHIFT:
            faults.append(f"{name} {width}: moved by {page.evaluate('window.shifted')} while it was drawn")
        if name == "uploads.page":
            page.locator("#files").set_input_files(
                [{"name": f"{n}.m4a", "mimeType": "audio/mp4", "buffer": b"x"} for n in ("一", "二")]
            )
        if page.locator("html").get_attribute("lang") != "zh-CN":
            faults.append(f"{name}: language")
        faults += [f"{name}: wider than {width}: {told}" for told in page.evaluate(WIDER)]
        left = KNOWN.sub("", page.evaluate(WORDS))
        faults += [f"{name}: English: {word}" for word in sorted(set(re.findall(r"[A-Za-z][A-Za-z_-]+", left)))]
        for theme in ("light", "dark"):
            page.evaluate(
                """t => { document.documentElement.setAttribute('data-bs-theme', t);
                document.dispatchEvent(new CustomEvent('tingjian:theme')); }""",
                theme,
            )
            faults += [f"{name} {theme} {width}: {told}" for told in page.evaluate(FAULTS)]
    assert faults == [], "\n".join(faults)
