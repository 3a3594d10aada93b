"""Looking at one page in all the ways that people have it shown: small, enlarged, high contrast."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from tests import browser

# A desktop's 1280 by 1024 enlarged to four times.
ENLARGED = {"width": 320, "height": 256}
PHONE = {"width": browser.PHONE[0], "height": browser.PHONE[1]}
DESKTOP = {"width": browser.DESKTOP[0], "height": browser.DESKTOP[1]}

# WCAG 1.4.12: what a reader may set, and nothing may be cut off by it.
_SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
_NO_SPACING = "() => { document.adoptedStyleSheets = []; }"
_CUT_OFF = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((e) => e.checkVisibility() && e.childElementCount === 0 && e.textContent.trim())
  .filter((e) => {
    const style = getComputedStyle(e);
    return ["hidden", "clip"].includes(style.overflowX) && e.clientWidth > 1
      && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
  })
  .map((e) => e.outerHTML.slice(0, 120))"""
_OUTLINE = """() => ({
  h1: [...document.querySelectorAll("h1")].filter((e) => e.checkVisibility()).length,
  main: document.querySelectorAll("main").length,
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
  title: document.title,
  skip: document.querySelector("nav")
    ? document.querySelector("body a, body button, body input")?.getAttribute("href")
    : "#main-content",
  order: [...document.querySelectorAll("[tabindex]")].filter((e) => e.tabIndex > 0).length,
  wide: [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
      && e.checkVisibility()).map((e) => e.outerHTML.slice(0, 90)).slice(-2),
})"""
# What the keyboard reaches is seen to be reached, and lies under nothing else.
_FOCUS = """() => {
  const faults = [];
  const reached = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const e of document.querySelectorAll(reached)) {
    if (!e.checkVisibility() || e.disabled || e.tabIndex < 0) continue;
    e.focus();
    if (document.activeElement !== e) continue;
    const shown = e.matches(".usa-radio__input, .usa-checkbox__input") ? e.labels[0] : e;
    shown.scrollIntoView({ block: "nearest" });
    const style = getComputedStyle(e);
    const ringed = getComputedStyle(shown, shown === e ? null : "::before");
    const seen = [style, ringed].some((s) => s.outlineStyle !== "none"
      && parseFloat(s.outlineWidth) > 0) || style.boxShadow !== "none";
    if (!seen) faults.push(`no ring: ${e.outerHTML.slice(0, 100)}`);
    const boxes = [...shown.getClientRects()];
    const covered = boxes.length && boxes.every((box) => {
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      const top = document.elementFromPoint(x, y);
      return top && !shown.contains(top) && !top.contains(shown) && !e.labels?.[0]?.contains(top);
    });
    if (covered) faults.push(`under something: ${e.outerHTML.slice(0, 100)}`);
  }
  document.activeElement?.blur();
  return faults;
}"""


def faults_of(page: Page, *, language: str, briefly: bool = False) -> Iterator[str]:
    """Everything that would keep somebody from using the page as it is shown now.

    ``briefly`` looks at what other words can break: on a phone, and enlarged.
    """
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    outline = page.evaluate(_OUTLINE)
    yield from _outline_faults(outline, language=language)
    yield from (f"phone: {each}" for each in browser.axe_violations(page))
    yield from (f"phone: small {each}" for each in browser.small_targets(page))
    if not briefly:
        page.keyboard.press("Tab")
        yield from (f"focus: {each}" for each in page.evaluate(_FOCUS))
    page.set_viewport_size(ENLARGED)  # type: ignore[arg-type]
    yield from _wide(page, "enlarged")
    page.evaluate(_SPACING)
    yield from _wide(page, "enlarged and spaced")
    yield from (f"cut off: {each}" for each in page.evaluate(_CUT_OFF))
    page.evaluate(_NO_SPACING)
    if not briefly:
        yield from _on_a_desktop(page)


def _on_a_desktop(page: Page) -> Iterator[str]:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    yield from (f"desktop: {each}" for each in browser.axe_violations(page))
    yield from (f"desktop: small {each}" for each in browser.small_targets(page))
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    yield from (f"high contrast: {each}" for each in page.evaluate(_FOCUS))
    yield from (f"moves: {each}" for each in page.evaluate(_MOVING))
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")


_MOVING = """() => document.getAnimations()
  .filter((a) => a.playState === "running" && (a.effect?.getTiming().iterations ?? 1) > 1)
  .map((a) => a.effect.target?.outerHTML.slice(0, 100) ?? "something")"""


def _wide(page: Page, how: str) -> Iterator[str]:
    if browser.wider_than_screen(page):
        yield f"{how}: wider than the screen, {page.evaluate(_OUTLINE)['wide']}"


def _outline_faults(outline: dict[str, Any], *, language: str) -> Iterator[str]:
    from django.utils.translation import get_language_info

    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    wanted: dict[str, Any] = {
        "h1": 1,
        "main": 1,
        "skip": "#main-content",
        "order": 0,
        "dir": direction,
    }
    for name, value in wanted.items():
        if outline[name] != value:
            yield f"{name} is {outline[name]!r}, not {value!r}"
    if outline["lang"].lower() != language.lower():
        yield f"lang is {outline['lang']!r}, not {language!r}"
    if not outline["title"].split(" – ")[0].strip():
        yield f"no title: {outline['title']!r}"
