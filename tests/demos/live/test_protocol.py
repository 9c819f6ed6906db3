"""Messages that no page of ours sends: each is refused in words, as the fuzzer found that some were not."""

from __future__ import annotations

import json

import pytest

from core.errors import InputError
from core.weights import load_card
from demos.live.protocol import parse_settings


@pytest.mark.parametrize(
    "text,words",
    [
        ("[" * 100_000, "not JSON"),
        ('{"opacity": NaN}', "opacity"),
        ('{"color": "rgb(%s, 1, 1)"}' % ("9" * 400), "colour"),
        ('{"color": "rgb(1.2.3, 1, 1)"}', "colour"),
        (json.dumps({"output": "x" * 5000}), "output"),
        ('{"f_number": 1%s}' % ("0" * 400), "f-number"),
    ],
    ids=["deep", "nan", "infinite", "two points", "long", "large"],
)
def test_settings_that_are_none(text, words):
    with pytest.raises(InputError, match=words) as told:
        parse_settings(text)
    assert len(str(told.value)) < 1300


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "\udce9", "../driving-fast", "."])
def test_a_name_of_weights_is_compared_not_opened(name):
    with pytest.raises(InputError, match="no weights are called"):
        load_card(name)
