"""Pictures to send."""

import io

from PIL import Image


def jpeg(width: int = 60, height: int = 40, color: str = "gray") -> bytes:
    """A small picture of one color."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "JPEG")
    return out.getvalue()
