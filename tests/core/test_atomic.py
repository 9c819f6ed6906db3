"""Files appear whole or not at all, alone or together."""

from __future__ import annotations

import pytest

from core.atomic import whole_file, whole_files
from core.errors import InputError


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_both_endings_are_kept_for_libraries_that_look_at_names(tmp_path):
    with whole_file(tmp_path / "a.b.nii.gz") as partial:
        assert partial.name.endswith(".nii.gz") and partial.parent == tmp_path
        partial.write_text("x")
    assert names(tmp_path) == ["a.b.nii.gz"]


def test_files_that_belong_together_appear_together(tmp_path):
    with whole_files([tmp_path / "a.nii", tmp_path / "deep" / "b.json"]) as (a, b):
        a.write_text("a"), b.write_text("b")
        assert not (tmp_path / "a.nii").exists()
    assert (tmp_path / "a.nii").read_text() == "a" and (tmp_path / "deep" / "b.json").read_text() == "b"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_none_appears_when_one_fails(tmp_path, error):
    with pytest.raises(error), whole_files([tmp_path / "a", tmp_path / "b"]) as (a, _):
        a.write_text("a")
        raise error
    assert names(tmp_path) == []


def test_one_name_twice_or_an_unwritable_one_is_told_before_work(tmp_path):
    with pytest.raises(InputError, match="one name for two"), whole_files([tmp_path / "a", tmp_path / "a"]):
        raise AssertionError("not reached")
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="cannot be written"),
        whole_files([tmp_path / "a", tmp_path / "file" / "b"]),
    ):
        raise AssertionError("not reached")
    assert names(tmp_path) == ["file"]


def test_a_block_with_nothing_to_write_leaves_things_as_they_were(tmp_path):
    (tmp_path / "old").write_text("old")
    with whole_files([tmp_path / "old", tmp_path / "new"]) as partials:
        for partial in partials:
            partial.unlink()
    assert names(tmp_path) == ["old"] and (tmp_path / "old").read_text() == "old"
