"""Which page a visitor gets, and its head."""

from __future__ import annotations

import re
import string

import pytest
from starlette.responses import PlainTextResponse

from demos.language import LanguageGate, preferred
from demos.page_head import rewrite
from demos.words import LANGUAGES, WORDS, words


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_every_text_is_there_in_both_languages(key):
    english, korean = WORDS[key]
    assert english.strip() and korean.strip()
    assert fields(english) == fields(korean)
    assert re.search("[가-힣]", korean), "translated"
    assert not re.search("[가-힣]", english)


def test_languages_are_complete():
    wanted = {key for key in WORDS if not key.endswith("_served")} | {"language"}
    assert set(words("en")) == set(words("ko")) == wanted and set(LANGUAGES) == {"en", "ko"}


@pytest.mark.parametrize(
    "header,language",
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"),
        ("en-GB,en;q=0.9,ko;q=0.8", "en"),
        ("de-DE,de;q=0.9,ko;q=0.5", "ko"),
        ("en;q=0.2, ko;q=0.9", "ko"),
        ("ko;q=0, fr", None),
        ("ko;q=lots", None),
        ("*", None),
        ("", None),
    ],
)
def test_the_language_a_browser_asks_for(header, language):
    assert preferred(header) == language


def visit(path: str, *, follow: bool = True, **headers: str):
    """What comes back from a server behind the gate."""
    from starlette.testclient import TestClient

    async def pages(scope, receive, send):
        await PlainTextResponse(scope["path"])(scope, receive, send)

    client = TestClient(LanguageGate(pages, home="en", follow_browser=follow), follow_redirects=False)
    return client.get(path, headers=headers)


def test_visitors_are_sent_to_their_language():
    korean = {"accept-language": "ko-KR"}
    assert visit("/", **korean).headers["location"] == "/ko/"
    assert visit("/", **{"accept-language": "en-US,ko;q=0.5"}).status_code == 200
    assert visit("/").status_code == 200
    assert visit("/", follow=False, **korean).status_code == 200, "a named language wins"
    assert visit("/", cookie="triptych-language=en", **korean).status_code == 200, "a choice wins"
    assert visit("/", cookie="a=b; triptych-language=ko").headers["location"] == "/ko/"
    assert visit("/", cookie="triptych-language=//evil.example").status_code == 200
    assert visit("/ko").headers["location"] == "/ko/", "as people type it"
    assert visit("/ko/", cookie="triptych-language=en").status_code == 200, "an address is what it says"


def test_a_page_gets_our_head_and_loses_the_tags_of_social_media():
    page = '<!doctype html>\n<html\n\tlang="en"\n><head><meta\n property="og:image" content="https://x/y.jpg" />\n<title>T</title></head><body lang="en">'
    ours = rewrite(page, "ko")
    assert '<html\n\tlang="ko"' in ours and '<body lang="en">' in ours
    assert "og:image" not in ours and "<title>T</title>" in ours
    assert ours.index("const pageLanguage = 'ko'") < ours.index("<title>")
    assert rewrite("no page", "ko") == "no page"
