"""Layout, components, headers and shipped files, without a browser."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings

from citycall.pages import context, middleware

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "src/citycall/pages"
NOW = datetime(2026, 11, 24, 20, 15, tzinfo=UTC)
VENDORED = [
    *(PAGES / "static/citycall/vendor").iterdir(),
    *(ROOT / "tests/vendor").iterdir(),
]

pytestmark = pytest.mark.urls("tests.pages.urls")


def get(path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    return request


def drawn(source: str, **values: Any) -> str:
    request = values.pop("request", get())
    template = Template("{% load citycall_pages %}" + source)
    return template.render(Context({"request": request, "now": NOW, **values}))


# Layout


def test_title_says_where_one_is() -> None:
    source = "{% extends 'pages/base.html' %}{% block title %}Track{% endblock %}"
    assert "<title>Track – CityCall</title>" in Template(source).render(Context())


def test_links_to_pages_that_do_not_exist_are_left_out() -> None:
    links = [("/track", "Track"), ("/not-built", "Later"), ("https://example.org/", "Elsewhere")]
    with override_settings(CITYCALL_FOOTER_LINKS=links, ROOT_URLCONF="tests.pages.urls"):
        kept = context.page(get())["footer_links"]
    assert kept == [("/track", "Track"), ("https://example.org/", "Elsewhere")]


def test_only_the_nearest_link_is_current() -> None:
    links = [("/agency", "Requests"), ("/agency/orders", "Orders")]
    html = drawn("{% navigation links %}", links=links, request=get("/agency/orders/7"))
    # Twice: in the row of a wide screen, and behind the button of a narrow one.
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', html) == ["/agency/orders"] * 2


def test_page_that_only_begins_like_a_link_is_not_its_page() -> None:
    html = drawn("{% navigation links %}", links=[("/report", "Report")], request=get("/reports"))
    assert "aria-current" not in html


def test_nobody_signed_in_is_not_staff() -> None:
    assert context.page(get())["is_staff"]() is False


def test_staff_layout_offers_to_sign_out_by_post() -> None:
    values = {"user": SimpleNamespace(is_authenticated=True), "sign_out_url": "/sign-out"}
    html = render_to_string("pages/staff_base.html", values, get())
    assert '<form method="post" action="/sign-out">' in html
    assert "csrfmiddlewaretoken" in html


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_error_page_needs_no_context(code: str) -> None:
    html = render_to_string(f"{code}.html")
    assert "<h1>" in html
    assert 'href="/"' in html
    assert "911" in html


# Components


def test_icon_is_decoration_without_a_label() -> None:
    assert 'aria-hidden="true"' in drawn("{% icon 'search' %}")


def test_icon_with_a_label_has_a_name() -> None:
    html = drawn("{% icon 'lock' 'Internal' %}")
    assert 'role="img"' in html
    assert 'aria-label="Internal"' in html


def test_unknown_icon_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="No icon 'unicorn'"):
        drawn("{% icon 'unicorn' %}")


@override_settings(TIME_ZONE="America/New_York")
def test_when_marks_up_the_city_time() -> None:
    expected = '<time datetime="2026-11-24T15:15:00-05:00">today at 3:15 p.m.</time>'
    assert drawn("{% when now %}") == expected


def test_when_without_a_time_is_empty() -> None:
    assert drawn("{% when nothing %}", nothing=None) == ""


def test_pager_keeps_the_filter_and_swaps_the_cursor() -> None:
    page = SimpleNamespace(newer="", older="abc")
    request = get("/agency?status=new&newer=xyz")
    html = drawn("{% include 'pages/pager.html' %}", page=page, request=request)
    assert re.findall(r'<a [^>]*href="([^"]+)"', html) == ["?status=new&amp;older=abc"]


def test_pager_of_a_single_page_is_nothing() -> None:
    page = SimpleNamespace(newer="", older="")
    assert drawn("{% include 'pages/pager.html' %}", page=page).strip() == ""


def test_timeline_marks_internal_entries_and_escapes_words() -> None:
    entries = [{"at": NOW, "title": "Note", "text": "<script>", "internal": True}]
    html = drawn("{% include 'pages/timeline.html' %}", entries=entries)
    assert "cc-timeline__entry--internal" in html
    assert "Internal" in html
    assert "&lt;script&gt;" in html


def test_step_indicator_marks_the_present_step() -> None:
    html = drawn("{% include 'pages/step_indicator.html' with current=2 %}", steps=["A", "B", "C"])
    assert "Step 2 of 3" in html
    assert html.count('aria-current="step"') == 1
    assert html.count("not completed") == 1


def test_summary_list_names_what_change_changes() -> None:
    rows = [{"label": "Place", "value": "Harbor Street", "href": "/report/place"}]
    html = drawn("{% include 'pages/summary_list.html' %}", rows=rows)
    assert 'Change<span class="usa-sr-only"> Place</span>' in html


# Headers


def headers_of(response: HttpResponse) -> dict[str, str]:
    return dict(middleware.security_headers(lambda _request: response)(get()).items())


def test_every_answer_carries_the_security_headers() -> None:
    headers = headers_of(HttpResponse())
    assert {name: headers[name] for name, _value in middleware.HEADERS} == dict(middleware.HEADERS)


def test_content_policy_allows_nothing_inline() -> None:
    policy = headers_of(HttpResponse())["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy.split("; ")
    assert "frame-ancestors 'none'" in policy.split("; ")


def test_header_set_by_a_view_stays() -> None:
    response = HttpResponse(headers={"Referrer-Policy": "no-referrer"})
    assert headers_of(response)["Referrer-Policy"] == "no-referrer"


# Shipped files


@pytest.mark.parametrize(
    "template", sorted(PAGES.glob("templates/**/*.html")), ids=lambda p: p.name
)
def test_template_has_no_inline_script_or_style(template: Path) -> None:
    html = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", html)
    assert all(re.search(r"\ssrc=", tag) for tag in re.findall(r"<script[^>]*>", html))


@pytest.mark.parametrize("folder", VENDORED, ids=lambda p: p.name)
def test_vendored_files_are_as_built(folder: Path) -> None:
    listed = [line.split("  ", 1) for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in listed}
    present = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert present == sums


def test_static_files_of_every_page_stay_small() -> None:
    """All but the map's library, which is fetched only where a map is opened."""
    files = [path for path in (PAGES / "static").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files if "maplibre" not in str(path))
    assert size < 600_000


def test_every_file_a_template_names_exists() -> None:
    named = {
        name
        for template in PAGES.glob("templates/**/*.html")
        for name in re.findall(r'{% static "([^"]+)" %}', template.read_text())
    }
    assert named
    assert [name for name in named if not (PAGES / "static" / name).is_file()] == []
