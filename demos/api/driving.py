"""``/driving``: a road scene's map of labels, a picture of it, and what it is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from core.cli.files import check_weights
from core.driving import VIEWS, Look, ParsedFrame, save_map
from core.errors import InputError
from core.media.images import read_image, write_image
from core.segmenter import load_segmenter
from demos.api.callers import Callers
from demos.api.endpoint import choice, endpoint, file_field, refusals
from demos.driving.networks import instance_network, road_networks


def build_driving_endpoint(w: dict[str, str], callers: Callers) -> None:
    """Offer it; nothing where no network for roads is installed."""
    default, names = Look(), [card.name for card in road_networks()]
    if not names:
        return

    def driving(
        request: gr.Request, picture: str, view: str = default.view, opacity: float = default.opacity,
        weights: str = names[0],
    ) -> tuple[str, str, dict[str, Any]]:  # fmt: skip
        """Parse a road scene; everything at the picture's own size.

        picture: a photo of a road, in any of the formats of photos. view: overlay, color, ids, categories, stuff, things, road,
        instances, panoptic or confidence. opacity: of the colours over the picture, 0 to 1. weights: the network's name.
        Returns Cityscapes' labelIds as a PNG, the view as a PNG, and a report: classes and categories by their share of the
        picture, things, the free path ahead, the share that the network doubts, and whether it looks like a road scene at all.
        """
        with refusals(w), callers.call(str(request.session_hash), picture) as folder:
            if not picture:
                raise InputError("no picture was given", "a picture of a road")
            look = Look(view, opacity)  # type: ignore[arg-type]
            check_weights(weights, "semantic")
            photo = read_image(picture)
            parsed = parse(photo.pixels, weights)
            stem = Path(photo.name).stem
            ids = save_map(parsed.semantic, folder / f"{stem}_labelIds.png", "ids")
            shown = write_image(folder / f"{stem}_{view}.png", parsed.render(look), like=photo)
            return str(ids), str(shown), driving_report(parsed, weights)

    inputs = [
        file_field("Picture"), choice("View", VIEWS, default.view),
        gr.Number(default.opacity, label="Opacity of the colours", visible=False), choice("Weights", names, names[0]),
    ]  # fmt: skip
    outputs = [
        gr.File(label="labelIds", visible=False), gr.File(label="View", visible=False), gr.JSON(label="Report", visible=False)
    ]  # fmt: skip
    endpoint("driving", driving, inputs, outputs)


def parse(frame: np.ndarray, weights: str) -> ParsedFrame:
    """What the networks say of a frame, uint8 RGB (H, W, 3); things by the one that tells them apart, if it is there."""
    card = instance_network()
    finder = (lambda pixels: load_segmenter(card.name).instances(pixels)) if card else None
    return ParsedFrame(frame, load_segmenter(weights).semantic(frame), finder)


def driving_report(parsed: ParsedFrame, weights: str) -> dict[str, Any]:
    """What a parsed frame is made of, ready for JSON; shares of the picture are 0 to 1."""
    height, width = parsed.frame.shape[:2]
    things = parsed.instances
    return {
        "weights": weights,
        "width": width,
        "height": height,
        "classes": [
            {"id": row.label.id, "name": row.label.name, "thing": row.label.isthing, "share": round(row.share, 6)}
            for row in parsed.legend
        ],
        "categories": {name: round(share, 6) for name, share in parsed.categories.items()},
        "things": [
            {"name": things.labels.by_id(int(i)).name, "score": round(float(score), 4)}
            for i, score in zip(things.label_ids, things.scores, strict=True)
        ],
        "free_path": {
            "length": round(parsed.path.length, 6),
            "road_share": round(parsed.path.road_share, 6),
            "ends_at": parsed.path.ends_at or None,
        },
        "doubt": round(parsed.doubt, 6),
        "road_scene": not parsed.doubtful,
    }  # fmt: skip
