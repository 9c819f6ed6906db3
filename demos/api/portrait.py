"""``/portrait``: a photo with its background blurred, replaced or removed."""

from __future__ import annotations

from typing import Any, get_args

import gradio as gr

from core.cli.files import check_weights
from core.errors import InputError
from core.media.images import read_image, write_image
from core.portrait.effect import Effect, Output, Shape
from core.portrait.photo import PortraitPhoto
from core.segmenter import load_segmenter
from demos.api.callers import Callers
from demos.api.endpoint import choice, endpoint, file_field, refusals
from demos.portrait.controls import network_names, parse_css_color
from demos.portrait.download import result_name


def build_portrait_endpoint(w: dict[str, str], callers: Callers) -> None:
    """Offer it."""
    default, names = Effect(), network_names("portrait-fine")

    def portrait(
        request: gr.Request, photo: str, output: str = default.output, f_number: float = default.f_number,
        shape: str = default.shape, color: str = "#00b140", background: str | None = None, keep: list | None = None,
        weights: str = names[0],
    ) -> str:  # fmt: skip
        """Blur, replace or remove what is behind the people of a photo; everything at the photo's own size.

        photo: a JPEG, PNG, WebP, HEIC, TIFF or BMP file. output: blur, matte, cutout, color or image. f_number: 0.7 to 64, the
        smaller the stronger the blur. shape: disc or hexagon, of out-of-focus lights. color: such as #00b140, for output color.
        background: a picture, for output image. keep: points such as [[0.3, 0.5]], from 0 to 1 from the top left; only the
        people they touch stay; none: everybody. weights: the network's name.
        Returns the picture: a JPEG, or a PNG where output is cutout or matte.
        """
        with refusals(w), callers.call(str(request.session_hash), photo, background) as folder:
            if not photo:
                raise InputError("no photo was given", "a photo file")
            picture = read_image(background).pixels if background and output == "image" else None
            effect = Effect(output, f_number, shape, parse_css_color(str(color)), picture, read_points(keep))  # type: ignore[arg-type]
            check_weights(weights, "matte")
            source = read_image(photo)
            result = PortraitPhoto(source.pixels, load_segmenter(weights)).render(effect)
            return str(write_image(folder / result_name(source, output), result, like=source))

    inputs = [
        file_field("Photo"), choice("Output", get_args(Output), default.output),
        gr.Number(default.f_number, label="f-number", visible=False), choice("Shape of lights", get_args(Shape), default.shape),
        gr.Textbox("#00b140", label="Colour", visible=False), file_field("Background picture"),
        gr.JSON(None, label="Points on the people who stay", visible=False), choice("Weights", names, names[0]),
    ]  # fmt: skip
    endpoint("portrait", portrait, inputs, [gr.File(label="Result", visible=False)])


def read_points(value: Any) -> tuple[tuple[float, float], ...] | None:
    """``[[0.3, 0.5]]`` → ((0.3, 0.5),); numbers are `Effect`'s to check.

    Raises:
        InputError: no list of lists.
    """
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(point, list) for point in value):
        raise InputError(f"points {value!r}", "a list of points such as [[0.3, 0.5]]")
    return tuple(tuple(point) for point in value)
