"""The outside geocoder's settings are understood, or refused with a sentence."""

import pytest

from citycall.places.geocoder_settings import BadGeocoder, Geocoder, geocoder_settings


def settings_of(key: str = "", **settings: str) -> Geocoder | None:
    names = {f"CITYCALL_GEOCODER{name}": value for name, value in settings.items()}
    return geocoder_settings(names, key=key, city="Port Calder")


def test_none_is_asked_by_default() -> None:
    assert settings_of() is None


def test_a_geocoder_of_everybodys_needs_its_name_only() -> None:
    chosen = settings_of(**{"": "census"})
    assert chosen is not None
    assert chosen.host == "geocoding.geo.census.gov"
    assert (chosen.seconds, chosen.area) == (2.0, "Port Calder")


def test_one_of_the_citys_own_is_asked_where_it_is() -> None:
    chosen = settings_of(
        **{"": "Photon", "_URL": "http://photon:2322/", "_SECONDS": "1.5", "_AREA": "Calder, MD"}
    )
    assert chosen == Geocoder(
        provider="photon", url="http://photon:2322", seconds=1.5, area="Calder, MD"
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"": "google"}, "CITYCALL_GEOCODER "),
        ({"": "nominatim"}, "CITYCALL_GEOCODER_URL"),
        ({"": "photon", "_URL": "ftp://photon"}, "CITYCALL_GEOCODER_URL"),
        ({"": "photon", "_URL": "photon:2322"}, "CITYCALL_GEOCODER_URL"),
        ({"": "photon", "_URL": "http://photon:many"}, "CITYCALL_GEOCODER_URL"),
        ({"": "photon", "_URL": "https://jo:pass@photon"}, "CITYCALL_GEOCODER_KEY"),
        ({"": "photon", "_URL": "https://photon/?key=1"}, "CITYCALL_GEOCODER_KEY"),
        ({"": "census", "_SECONDS": "soon"}, "CITYCALL_GEOCODER_SECONDS"),
        ({"": "census", "_SECONDS": "60"}, "CITYCALL_GEOCODER_SECONDS"),
        ({"": "census", "_SECONDS": "nan"}, "CITYCALL_GEOCODER_SECONDS"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(given: dict[str, str], named: str) -> None:
    with pytest.raises(BadGeocoder, match=named):
        settings_of(**given)


def test_a_key_is_not_sent_in_the_clear() -> None:
    with pytest.raises(BadGeocoder, match="https") as caught:
        settings_of(key="s3cret", **{"": "pelias", "_URL": "http://pelias.example"})
    assert "s3cret" not in str(caught.value)


def test_the_key_is_not_shown() -> None:
    chosen = settings_of(key="s3cret", **{"": "pelias", "_URL": "https://pelias.example"})
    assert "s3cret" not in repr(chosen)
