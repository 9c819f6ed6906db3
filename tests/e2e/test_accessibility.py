"""Every tab by axe-core, in both languages, light and dark, wide and narrow; and by the keyboard alone."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

WAIT = 180_000
# Tab → its door, and what is there once it has something to show.
TABS = {
    "photo": ("portrait", "#result img"),
    "video": ("portrait", "#video-start"),
    "live": ("portrait", "#live-start"),
    "scoring": ("portrait", "#sc-scene .sc-quality"),
    "driving-picture": ("driving", "#driving-viewer .dr-above:not([inert]) .dr-stage img[src^=blob]"),
    "driving-video": ("driving", "#driving-video-start"),
    "driving-compare": ("driving", ".dr-card .dr-figures [data-figure=sure]"),
    "medical": ("medical", "#medical .md-legend:not([hidden])"),
}
PHONE = {"width": 360, "height": 780}
WIDE = {"width": 1280, "height": 900}


def axe_core() -> str:
    """The script of axe-core, which comes in a package's wheel."""
    spec = find_spec("axe_playwright_python")
    assert spec and spec.origin, "pip install -r requirements-dev.txt"
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def show(page, tab: str) -> None:
    """Open a tab by its door, and wait until it has something to show."""
    door, there = TABS[tab]
    if page.get_attribute(f"#doors [data-door={door}]", "aria-current") != "true":
        page.click(f"#doors [data-door={door}]")
        page.wait_for_selector(f"#doors [data-door={door}][aria-current=true]", timeout=WAIT)
    # On a phone the tabs that have no room are in a menu.
    page.wait_for_selector(f"#{tab}-tab-button", state="attached", timeout=WAIT)
    page.eval_on_selector(f"#{tab}-tab-button", "button => button.click()")
    page.wait_for_selector(there, timeout=WAIT)


def violations(page) -> list[str]:
    """What breaks WCAG 2.0 and 2.1, levels A and AA: rule, place, and why."""
    page.evaluate("document.getAnimations().forEach((a) => a.finish())")  # half faded in is not its colour
    page.evaluate(axe_core())
    found = page.evaluate(
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] })"
    )
    return [
        f"{rule['id']} ({rule['impact']}) {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    "path, size",
    [
        ("/?__theme=light", WIDE),
        ("/?__theme=dark", PHONE),
        ("/ko/?__theme=light", PHONE),
        ("/ko/?__theme=dark", WIDE),
    ],
    ids=["en-light", "en-dark-phone", "ko-light-phone", "ko-dark"],
)
def test_axe_finds_nothing_in_any_tab(open_page, path, size):
    page = open_page(path, viewport=size)
    for tab in TABS:
        show(page, tab)
        assert violations(page) == [], tab
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], tab
        if tab == "live":  # its tools, without a camera
            page.eval_on_selector("#live", "live => live.classList.add('running')")
            assert violations(page) == [], "the running live view"
            page.eval_on_selector("#live", "live => live.classList.remove('running')")
    dark = page.evaluate("document.body.classList.contains('dark')")
    assert dark == ("dark" in path), "doors and tabs leave the theme as it is"


# What can be operated and is seen: of a group of radio buttons the keyboard reaches one, and its arrows the others.
OPERABLE = """() => [...document.querySelectorAll(
    'a[href], button, select, textarea, summary, input:not([type=radio]), input[type=radio]:checked, [tabindex="0"]')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0 && !e.closest('[inert]')
    && e.getBoundingClientRect().width > 1)"""
# What the keyboard has reached, and whether that is to be seen there or on what stands for it.
WATCH = """() => {
  window.reached = new Set(); window.unseen = []; window.first = null;
  document.addEventListener('focusin', ({ target }) => {
    window.first ??= target;
    window.reached.add(target);
    const marked = [target, target.closest('label'), target.nextElementSibling, target.parentElement].filter(Boolean).some((e) => {
      const style = getComputedStyle(e);
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
    });
    if (!marked) window.unseen.push(target.outerHTML.slice(0, 150));
  });
}"""


@pytest.mark.parametrize("tab", ["photo", "video", "live", "scoring", "driving-picture", "medical"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(open_page, tab):
    page = open_page()
    show(page, tab)
    page.evaluate(WATCH)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")
    count = page.evaluate(f"({OPERABLE})().length")
    for _ in range(count + 30):  # what can be done with a thing comes with it
        page.keyboard.press("Tab")
        if page.evaluate("window.reached.size > 1 && document.activeElement === window.first"):
            break  # once around
    left = page.evaluate(
        f"({OPERABLE})().filter((e) => !window.reached.has(e)).map((e) => e.outerHTML.slice(0, 150))"
    )
    assert count > 10 and left == []
    assert page.evaluate("window.unseen") == []
