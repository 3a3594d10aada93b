import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citycall.places import shapes

SQUARE = shapely.box(-76.7, 39.2, -76.699, 39.201)

_points = st.tuples(
    st.integers(0, 30).map(lambda n: -76.6 + n * 0.001),
    st.integers(0, 30).map(lambda n: 39.3 + n * 0.001),
)


@given(st.lists(_points, min_size=3, max_size=9))
def test_a_mended_shape_is_valid_whatever_its_outline_was(
    points: list[tuple[float, float]],
) -> None:
    mended = shapes.mend(shapely.Polygon(points)).shape
    if mended is not None:
        assert mended.is_valid
        assert mended.geom_type in {"Polygon", "MultiPolygon"}
        assert shapes.mend(mended) == shapes.Mended(mended, ())


def test_a_square_of_a_thousandth_degree_has_its_square_metres() -> None:
    # 111.03 m by 86.27 m at 39.2° north on the ellipsoid.
    assert shapes.square_metres(SQUARE) == pytest.approx(9579, rel=0.006)


def test_overlap_is_measured() -> None:
    other = shapely.box(-76.6995, 39.2, -76.698, 39.201)
    found = list(shapes.misfits([SQUARE, other], boundary=None))
    assert [(misfit.first, misfit.second) for misfit in found] == [(0, 1)]
    assert found[0].square_metres == pytest.approx(shapes.square_metres(SQUARE) / 2, rel=1e-6)


def test_a_hole_between_the_areas_is_a_gap() -> None:
    ring = shapely.difference(shapely.box(-76.702, 39.198, -76.697, 39.203), SQUARE)
    found = list(shapes.misfits([ring], boundary=None))
    assert [(misfit.first, misfit.second) for misfit in found] == [(-1, -1)]
    assert found[0].square_metres == pytest.approx(shapes.square_metres(SQUARE), rel=1e-6)


def test_what_is_left_of_the_boundary_is_a_gap() -> None:
    boundary = shapely.box(-76.7, 39.2, -76.698, 39.201)
    found = list(shapes.misfits([SQUARE], boundary=boundary))
    assert [misfit.first for misfit in found] == [-1]


def test_areas_that_only_touch_fit() -> None:
    other = shapely.box(-76.699, 39.2, -76.698, 39.201)
    assert list(shapes.misfits([SQUARE, other], boundary=None)) == []
