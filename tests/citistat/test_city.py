"""The first pages: what is told of the city, and of one agency to whom."""

MOST_QUERIES = 14


def test_the_city_s_page_tells_every_agency(sit, report, gathered) -> None:
    report()
    report("water-leak")
    gathered()
    page = sit("analyst").get("/citistat")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Nothing was out of the ordinary" in text
    assert [line.name for line in page.context["lines"]] == ["Streets", "Water Works"]


def test_a_manager_is_told_of_the_own_agency(sit, report, gathered) -> None:
    report()
    report("water-leak")
    gathered()
    manager = sit("manager")
    assert [line.name for line in manager.get("/citistat").context["lines"]] == ["Streets"]
    assert manager.get("/citistat/streets").status_code == 200
    assert manager.get("/citistat/water").status_code == 404


def test_an_agency_s_page_tells_its_services(sit, report, gathered) -> None:
    report()
    report("water-leak")
    gathered()
    page = sit("analyst").get("/citistat/streets")
    assert [line.name for line in page.context["lines"]] == ["Pothole"]


def test_the_queries_of_the_first_pages_do_not_grow(
    sit, report, gathered, django_assert_max_num_queries
) -> None:
    for _ in range(4):
        report()
    gathered()
    analyst = sit("analyst")
    for path in ("/citistat", "/citistat/streets"):
        analyst.get(path)
        with django_assert_max_num_queries(MOST_QUERIES):
            analyst.get(path)
