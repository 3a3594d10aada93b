"""Uploads are hostile: only a picture's bare pixels are kept."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from citycall.service_requests import photos


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Any) -> Path:
    settings.UPLOADS = tmp_path
    return tmp_path


def picture(form: str, *, size: tuple[int, int] = (60, 40), **options: object) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, form, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "GIF"])
def test_every_usual_kind_becomes_a_jpeg(form: str) -> None:
    kept = photos.keep(picture(form))
    with Image.open(photos.path_of(kept.file)) as stored:
        assert (stored.format, stored.size) == ("JPEG", (60, 40))


def test_where_and_when_it_was_taken_is_left_behind() -> None:
    exif = Image.Exif()
    exif[0x9003] = "2026:01:01 10:00:00"
    exif[0x8825] = {1: "N", 2: (39.0, 17.0, 0.0)}
    exif[0x010E] = "my house"
    kept = photos.keep(picture("JPEG", exif=exif))
    raw = photos.path_of(kept.file).read_bytes()
    assert b"Exif" not in raw
    assert b"my house" not in raw


def test_a_picture_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = photos.keep(picture("JPEG", exif=exif))
    assert (kept.width, kept.height) == (40, 60)


def test_a_large_picture_is_made_smaller() -> None:
    kept = photos.keep(picture("JPEG", size=(5000, 2500)))
    assert (kept.width, kept.height) == (2048, 1024)


def test_the_same_picture_is_kept_once(uploads: Path) -> None:
    assert photos.keep(picture("PNG")) == photos.keep(picture("PNG"))
    assert len([p for p in uploads.glob("??/*") if p.is_file()]) == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7 not a photo",
        b"\x89PNG\r\n\x1a\n broken",
        b"GIF89a" + b"\xff" * 40,
        b"PK\x03\x04 zip",
    ],
)
def test_what_is_not_a_picture_is_refused(raw: bytes) -> None:
    with pytest.raises(photos.BadPhoto):
        photos.keep(io.BytesIO(raw))


def test_a_cut_off_picture_is_refused() -> None:
    raw = picture("JPEG", size=(800, 800), quality=95).getvalue()
    with pytest.raises(photos.BadPhoto):
        photos.keep(io.BytesIO(raw[: len(raw) // 2]))


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_BYTES", 100)
    with pytest.raises(photos.BadPhoto, match="15 MB"):
        photos.keep(picture("PNG", size=(300, 300)))


def test_a_small_file_with_too_many_pixels_is_refused() -> None:
    with pytest.raises(photos.BadPhoto, match="pixels"):
        photos.keep(picture("PNG", size=(9000, 9000)))
