"""The record of a folder's results survives what happens to files."""

from __future__ import annotations

from argparse import Namespace

import pytest

from core.cli.record import RECORD, Entry, Record, options_key

ONE = Entry("a.png", "in/a.jpg", 10, 20, "key")


def test_only_what_was_done_to_its_end_is_done(tmp_path):
    Record(tmp_path / "out").add(ONE, done=False)
    again = Record(tmp_path / "out")
    assert again.owner("A.PNG") == "in/a.jpg" and not again.is_done(ONE)
    again.add(ONE, done=True)
    assert Record(tmp_path / "out").is_done(ONE)
    assert not Record(tmp_path / "out").is_done(Entry("a.png", "in/a.jpg", 10, 21, "key"))
    assert Record(tmp_path / "out").owner("b.png") is None


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"\xff\xfe\n", b"null", b"[1]", b'{"result": 1, "source": 2}', b"[" * 9999,
     b'{"result": ["a.png"], "source": "b", "size": 1, "mtime_ns": 1, "options": "", "done": true}'],
)  # fmt: skip
def test_a_damaged_or_foreign_line_costs_only_itself(tmp_path, line):
    record = Record(tmp_path)
    record.add(ONE, done=True)
    with open(tmp_path / RECORD, "ab") as file:
        file.write(line)
    Record(tmp_path).add(Entry("b.png", "in/b.jpg", 1, 2, "key"), done=True)
    read = Record(tmp_path)
    assert read.is_done(ONE) and read.owner("b.png") == "in/b.jpg"


def test_the_key_tells_results_apart(tmp_path):
    picture = tmp_path / "sea.png"
    picture.write_bytes(b"blue")

    def key(weights="w", **options):
        return options_key(Namespace(**{"command": "portrait", "color": "red", "source": "a"} | options), [weights], [str(picture)])  # fmt: skip

    assert key() == key(source="b", overwrite=True, engine="torch")
    kinds = {key(), key(color="green"), key(command="driving"), key(weights="v")}
    picture.write_bytes(b"green")
    assert len(kinds | {key()}) == 5
