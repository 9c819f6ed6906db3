"""What an offset of the classes' logits does to their Dice, on training cases: held-out ones choose nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.training.loop import read_recipe
from core.training.medical.export import export
from core.training.medical.job import Job


def tune(job: Job, run: Path, data: Path, offsets: Sequence[float], every: int) -> Iterator[str]:
    """A row of means an offset, all classes but the background having it at once.

    A class's own offset mostly moves its own outline, so the best of each column is taken; whole networks are
    measured in the end.

    Args:
        offsets: to try; 0 is tried, too.
        every: one in so many training cases is measured.
    """
    split = read_recipe(run).get("split")
    chosen = [case for case in job.listed(data, split) if not case.held_out][::every]
    classes = job.network["classes"]
    before = os.environ.get("TRIPTYCH_WEIGHTS")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TRIPTYCH_WEIGHTS"] = folder
        try:
            for number, offset in enumerate(dict.fromkeys((0.0, *offsets))):
                card = export(job, run, f"tuned-{number}", [0.0] + [offset] * (classes - 1))
                labels = job.score(card.name, data, chosen)["labels"]
                if number == 0:
                    yield f"| {len(chosen)} cases | " + " | ".join(labels) + " |"
                    yield "| --- |" + " --- |" * len(labels)
                yield (
                    f"| {offset:+.1f} | " + " | ".join(f"{row['dice']:.4f}" for row in labels.values()) + " |"
                )
        finally:
            if before is None:
                del os.environ["TRIPTYCH_WEIGHTS"]
            else:
                os.environ["TRIPTYCH_WEIGHTS"] = before
