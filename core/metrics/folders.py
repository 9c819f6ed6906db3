"""Which prediction belongs to which truth: files of two folders, paired by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

# What files of one picture are called beyond their common name, by data sets and programs (told in --help).
ENDINGS = (
    "_gtFine", "_gtCoarse", "_leftImg8bit", "_labelIds", "_labelTrainIds", "_instanceIds", "_pred", "_prediction",
    "_mask", "_matte", "_alpha", "_seg", "_label", "_labels", "_gt",
)  # fmt: skip


@dataclass(frozen=True)
class Pairing:
    """``pairs``: name, prediction, truth, sorted by name; ``missing``: truths without a prediction; ``extra``: the
    other way round (paths below their folders)."""

    prediction: Path
    truth: Path
    pairs: list[tuple[str, Path, Path]]
    missing: list[str]
    extra: list[str]

    def check(self, skip_missing: bool = False) -> Pairing:
        """This pairing, if it can be evaluated.

        Raises:
            InputError: a prediction is missing (and they are not to be skipped), or all are.
        """
        if self.missing and not (skip_missing and self.pairs):
            raise missing_error(self.prediction, self.truth, self.missing, len(self.pairs))
        return self


def missing_error(prediction: Path, truth: Path, missing: Sequence[str], found: int) -> InputError:
    """What to say of truths without prediction; ``found``: how many have one."""
    shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return InputError(
        f"{prediction} has no prediction for {len(missing)} of {len(missing) + found} of {truth} ({shown})",
        "one for each",
        "add them, or leave those out with --skip-missing" if found else "check the names (see --help)",
    )


def pair_folders(
    prediction: str | Path,
    truth: str | Path,
    suffixes: Sequence[str],
    *,
    truth_suffixes: Sequence[str] | None = None,
    aside: Sequence[str] = (),
    truth_aside: Sequence[str] = (),
    among: Collection[Path] | None = None,
) -> Pairing:
    """Pair two folders' files, or two files.

    Args:
        suffixes: what files end in, such as ``.png``; of the truth: ``truth_suffixes``, if others.
        aside: endings of names that are not looked at, beside ``_color``; of truths also ``truth_aside``.
        among: the predictions that count (None: all).

    Raises:
        InputError: a folder is missing or empty, or two of its files have one name.
    """
    prediction, truth = Path(prediction), Path(truth)
    truth_suffixes = truth_suffixes or suffixes
    if prediction.is_file() and truth.is_file():
        return Pairing(prediction, truth, [(truth.name, prediction, truth)], [], [])
    aside = ("_color", *aside)
    ours = [p for p in _files(prediction, suffixes, aside) if among is None or p in among]
    theirs = _files(truth, truth_suffixes, (*aside, *truth_aside))
    by_path = any(
        max(Counter(common_name(p.name, s) for p in files).values(), default=0) > 1
        for files, s in ((ours, suffixes), (theirs, truth_suffixes))
    )
    answers = _keyed(ours, prediction, suffixes, by_path)
    truths = _keyed(theirs, truth, truth_suffixes, by_path)
    return Pairing(
        prediction,
        truth,
        [(name, answers[name], path) for name, path in sorted(truths.items()) if name in answers],
        [str(path.relative_to(truth)) for name, path in sorted(truths.items()) if name not in answers],
        [str(path.relative_to(prediction)) for name, path in sorted(answers.items()) if name not in truths],
    )


def common_name(name: str, suffixes: Sequence[str]) -> str:
    """A file's name without what differs between prediction and truth.

    >>> common_name("ulm_000001_000019_gtFine_labelIds.png", [".png"])
    'ulm_000001_000019'
    """
    suffix = next(s for s in suffixes if name.lower().endswith(s))
    name = name[: -len(suffix)]
    while ending := next((e for e in ENDINGS if name.endswith(e) and name != e), None):
        name = name.removesuffix(ending)
    return name


def _files(folder: Path, suffixes: Sequence[str], aside: Sequence[str]) -> list[Path]:
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "does not exist"
        raise InputError(f"{folder} {what}", "a folder (or one file on either side)")
    there = [
        path
        for path in sorted(folder.rglob("*"))
        if path.name.lower().endswith(tuple(suffixes))
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    ]
    found = [path for path in there if not path.name.rsplit(".", 1)[0].endswith(tuple(aside))]
    if not found:
        left = f" ({len(there)} whose names end in {', '.join(aside)} are left aside)" if there else ""
        raise InputError(
            f"{folder} holds nothing to evaluate{left}", f"files ending in {' or '.join(suffixes)}"
        )
    return found


def _keyed(files: list[Path], folder: Path, suffixes: Sequence[str], by_path: bool) -> dict[str, Path]:
    keyed: dict[str, Path] = {}
    for path in files:
        name = common_name(path.name, suffixes)
        key = (path.relative_to(folder).parent / name).as_posix() if by_path else name
        if key in keyed:
            raise InputError(f"{keyed[key]} and {path} have one name, {key}", "one file of each name")
        keyed[key] = path
    return keyed
