"""How well photos are told apart by their 64 bits: different street scenes, and copies of one.

The scenes are drawn, all built alike (sky, houses, a street, something on it), which makes them
harder to tell apart than what people photograph. A folder of a city's own photos can be measured
instead; each of them must then show something else.

``python -m bench.photo_likeness`` draws 1,000; ``python -m bench.photo_likeness FOLDER`` looks at
photos.
"""

import io
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from citycall.service_requests.photo_looks import NOTHING, apart, looks_of

Picture = Image.Image
SIZE: Final = (480, 360)
LEVELS: Final = (4, 6, 8, 10, 12, 14)
SEED: Final = 311


def scene(number: int) -> Picture:
    """The street scene of a number: the same each time."""
    chance = random.Random(SEED * 1_000_003 + number)
    width, height = SIZE
    picture = Image.new("RGB", SIZE, _tone(chance, 140, 235))
    draw = ImageDraw.Draw(picture)
    horizon = int(height * chance.uniform(0.3, 0.6))
    _houses(draw, chance, horizon)
    draw.rectangle((0, horizon, width, height), fill=_tone(chance, 60, 150))
    vanishing = chance.uniform(0.2, 0.8) * width
    left, right = chance.uniform(-0.5, 0.4) * width, chance.uniform(0.6, 1.5) * width
    road = [(vanishing - 8, horizon), (vanishing + 8, horizon), (right, height), (left, height)]
    draw.polygon(road, fill=_tone(chance, 40, 110))
    for _thing in range(chance.randint(1, 6)):
        _something(draw, chance, horizon)
    shade = Image.linear_gradient("L").rotate(chance.randint(0, 359), fillcolor=128).resize(SIZE)
    dark = Image.new("RGB", SIZE, "black")
    picture = Image.composite(picture, Image.blend(picture, dark, chance.uniform(0, 0.4)), shade)
    return picture.filter(ImageFilter.GaussianBlur(chance.uniform(0, 1.5)))


def _tone(chance: random.Random, least: int, most: int) -> tuple[int, int, int]:
    tone = chance.randint(least, most)
    red, green, blue = (max(0, min(255, tone + chance.randint(-25, 25))) for _ in range(3))
    return red, green, blue


def _houses(draw: ImageDraw.ImageDraw, chance: random.Random, horizon: int) -> None:
    at = -chance.randint(0, 80)
    while at < SIZE[0]:
        width = chance.randint(40, 160)
        if chance.random() < 0.8:
            top = horizon - chance.randint(20, max(21, horizon))
            draw.rectangle((at, top, at + width, horizon), fill=_tone(chance, 50, 220))
            for window in range(at + 8, at + width - 14, 26):
                draw.rectangle(
                    (window, top + 10, window + 12, top + 26), fill=_tone(chance, 20, 80)
                )
        at += width + chance.choice((0, 0, 12))


def _something(draw: ImageDraw.ImageDraw, chance: random.Random, horizon: int) -> None:
    x, y = chance.randint(0, SIZE[0]), chance.randint(horizon, SIZE[1])
    near = 0.3 + (y - horizon) / max(1, SIZE[1] - horizon)
    width, height = int(chance.uniform(20, 160) * near), int(chance.uniform(15, 90) * near)
    shape = draw.ellipse if chance.random() < 0.5 else draw.rectangle
    shape((x - width, y - height, x + width, y), fill=_tone(chance, 10, 245))


# Copies: what happens to a picture on its way from one phone to another.


def _as_jpeg(picture: Picture, quality: int) -> Picture:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def _without_edges(picture: Picture, share: float) -> Picture:
    aside, above = int(picture.width * share), int(picture.height * share)
    return picture.crop((aside, above, picture.width - aside, picture.height - above))


def _small(picture: Picture) -> Picture:
    return picture.resize((picture.width // 3, picture.height // 3))


COPIES: Final[Mapping[str, Callable[[Picture], Picture]]] = {
    "saved anew in poor quality": lambda picture: _as_jpeg(picture, 30),
    "a third as wide": _small,
    "brighter by 30%": lambda picture: ImageEnhance.Brightness(picture).enhance(1.3),
    "darker by 30%": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "small, brighter and saved anew": lambda picture: _as_jpeg(
        ImageEnhance.Brightness(_small(picture)).enhance(1.2), 50
    ),
    "1% cut off each edge": lambda picture: _without_edges(picture, 0.01),
    "2% cut off each edge": lambda picture: _without_edges(picture, 0.02),
    "3% cut off each edge": lambda picture: _without_edges(picture, 0.03),
    "5% cut off each edge": lambda picture: _without_edges(picture, 0.05),
    "10% cut off each edge": lambda picture: _without_edges(picture, 0.1),
}


def measure(pictures: Sequence[Picture]) -> dict[str, Any]:
    """How many pairs of different pictures, and which share of copies, are apart by at most each.

    ``nothing`` counts the pictures that show too little to be compared.
    """
    told = [(looks_of(picture), picture) for picture in pictures]
    clear = [(looks, picture) for looks, picture in told if looks != NOTHING]
    different = [apart(one[0], other[0]) for one, other in combinations(clear, 2)]
    return {
        "pictures": len(told),
        "nothing": len(told) - len(clear),
        "pairs": len(different),
        "different_within": {level: sum(n <= level for n in different) for level in LEVELS},
        "copies_within": {
            name: _shares([apart(looks, looks_of(copy(picture))) for looks, picture in clear])
            for name, copy in COPIES.items()
        },
    }


def _shares(distances: Sequence[int]) -> dict[int, float]:
    return {n: round(sum(d <= n for d in distances) / len(distances), 4) for n in LEVELS}


def scenes(count: int) -> list[Picture]:
    """So many different scenes."""
    return [scene(number) for number in range(count)]


def of_folder(folder: Path) -> Iterator[Picture]:
    """The photos in a folder, as small as their thumbnails are."""
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() in {".jpg", ".jpeg", ".png", ".webp"}:
            with Image.open(path) as opened:
                opened.thumbnail((480, 480))
                yield opened.convert("RGB")


def main() -> None:
    """Print what is measured as JSON."""
    pictures = list(of_folder(Path(sys.argv[1]))) if len(sys.argv) > 1 else scenes(1_000)
    sys.stdout.write(json.dumps(measure(pictures), indent=2) + "\n")


if __name__ == "__main__":
    main()
