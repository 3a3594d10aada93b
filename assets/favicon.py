"""Draws CityCall's mark, a city hall, as the icons that browsers and phones ask for."""

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


def app_icon(side: int, *, share: float = 1.0) -> Image.Image:
    """Return the mark on a square without corners cut, filling `share` of it.

    A phone cuts a maskable icon into its own shape, so the mark stays within the middle.
    """
    ground = Image.new("RGB", (side, side), BLUE)
    mark = picture(round(side * share), radius=0).convert("RGB")
    ground.paste(mark, ((side - mark.width) // 2,) * 2)
    return ground.convert("P", palette=Image.Palette.ADAPTIVE, colors=32)


def badge(side: int) -> Image.Image:
    """Return the mark as a phone draws it in its status line: its shape only."""
    mark = picture(side, radius=0).convert("L").point(lambda light: 255 if light > 160 else 0)
    image = Image.new("LA", (side, side), (255, 0))
    image.putalpha(mark)
    return image


def main() -> None:
    """Write every file."""
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
    app_icon(192).save(TARGET / "icon-192.png", optimize=True)
    app_icon(512).save(TARGET / "icon-512.png", optimize=True)
    app_icon(512, share=0.75).save(TARGET / "icon-maskable.png", optimize=True)
    badge(96).save(TARGET / "badge.png", optimize=True)


if __name__ == "__main__":
    main()
