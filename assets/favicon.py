"""Draws CityCall's mark, a city hall, as favicon.svg, favicon.ico and apple-touch-icon.png."""

from pathlib import Path

from PIL import Image, ImageDraw

TARGET = Path(__file__).parent.parent / "src/citycall/pages/static/citycall"
BLUE = "#1a4480"
WHITE = "#ffffff"
SIDE = 32

# Shapes on a 32 by 32 grid: a pediment, four columns and two steps.
PEDIMENT = [(16, 5), (27, 11), (27, 13), (5, 13), (5, 11)]
BARS = [
    (7, 14.5, 10, 22),
    (12, 14.5, 15, 22),
    (17, 14.5, 20, 22),
    (22, 14.5, 25, 22),
    (6, 23, 26, 25),
    (4, 26, 28, 28),
]


def write_svg(path: Path) -> None:
    """Write the mark as a vector drawing."""
    points = " ".join(f"{x},{y}" for x, y in PEDIMENT)
    bars = "".join(
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}"/>'
        for left, top, right, bottom in BARS
    )
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" rx="4" fill="{BLUE}"/>'
        f'<g fill="{WHITE}"><polygon points="{points}"/>{bars}</g></svg>\n'
    )


def picture(side: int, *, radius: float) -> Image.Image:
    """Return the mark `side` pixels wide, drawn eight times larger and scaled down."""
    scale = side * 8 / SIDE
    image = Image.new("RGBA", (side * 8, side * 8))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, side * 8 - 1, side * 8 - 1), radius * scale, fill=BLUE)
    draw.polygon([(x * scale, y * scale) for x, y in PEDIMENT], fill=WHITE)
    for left, top, right, bottom in BARS:
        box = (left * scale, top * scale, right * scale - 1, bottom * scale - 1)
        draw.rectangle(box, fill=WHITE)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the three files that browsers ask for."""
    write_svg(TARGET / "favicon.svg")
    sizes = [16, 32, 48]
    pictures = [picture(side, radius=4) for side in sizes]
    pictures[-1].save(
        TARGET / "favicon.ico",
        sizes=[(side, side) for side in sizes],
        append_images=pictures[:-1],
        bitmap_format="png",
    )
    touch = picture(180, radius=0).convert("P", palette=Image.Palette.ADAPTIVE, colors=32)
    touch.save(TARGET / "apple-touch-icon.png", optimize=True)


if __name__ == "__main__":
    main()
