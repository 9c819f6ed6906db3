"""Whom the command line lets in: this machine, or others with a password, or everybody on demand."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.errors import InputError
from demos.access.options import VARIABLE, Access, choose_access, is_loopback

NOBODY: dict[str, str] = {}


@pytest.mark.parametrize(
    "name, own",
    [
        ("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("localhost", True), ("LocalHost", True),
        ("0.0.0.0", False), ("::", False), ("", False), ("192.168.0.7", False), ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False), ("2130706433", False), ("myhost", False),
    ],
)  # fmt: skip
def test_which_names_mean_this_machine(name, own):
    assert is_loopback(name) is own


def test_this_machine_needs_no_password():
    access = choose_access("127.0.0.1", [], None, False, NOBODY)
    assert access == Access("127.0.0.1") and not access.for_others and not access.user


@pytest.mark.parametrize(
    "host, names", [("0.0.0.0", []), ("192.168.0.7", []), ("", []), ("127.0.0.1", ["demo.example"])]
)
def test_others_need_one_or_a_word_that_they_do_not(host, names):
    with pytest.raises(InputError, match=r"lets others in: expected --auth USER:PASSWORD .* or --no-auth"):
        choose_access(host, names, None, False, NOBODY)
    assert not choose_access(host, names, None, True, {VARIABLE: "kim:word"}).user, "what is said wins"
    for access in (
        choose_access(host, names, "kim:a:b", False, {VARIABLE: "lee:other"}),
        choose_access(host, names, None, False, {VARIABLE: "kim:a:b"}),
    ):
        assert (access.user, access.password, access.for_others) == ("kim", "a:b", True)
        assert "a:b" not in repr(access)


@pytest.mark.parametrize("auth", ["", "kim", "kim:", ":word", ":"])
def test_half_a_password_is_refused(auth):
    with pytest.raises(InputError, match="USER:PASSWORD"):
        choose_access("127.0.0.1", [], auth, False, NOBODY)
    with pytest.raises(InputError, match="one of them"):
        choose_access("127.0.0.1", [], "kim:word", True, NOBODY)


def test_the_command_says_what_to_do_and_serves_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "demos", "--host", "0.0.0.0", "--no-browser"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("error: --host 0.0.0.0 lets others in")


def test_a_page_that_others_see_does_not_call_itself_theirs():
    """Where it is served to others, "this machine" is somebody else's."""
    from demos.words import words

    for language, mine in (("en", "machine"), ("ko", "내 컴퓨터")):
        here, there = words(language), words(language, served=True)
        assert here.keys() == there.keys() and not [key for key in here if key.endswith("_served")]
        changed = [key for key in here if here[key] != there[key]]
        assert sorted(changed) == ["md_kept", "private", "tagline"]
        assert mine in here["tagline"] and mine not in there["tagline"]
