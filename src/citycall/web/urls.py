"""The residents' addresses."""

from django.urls import path

from citycall.accounts.sign_in import SignIn, SignOut
from citycall.web import developer_urls
from citycall.web.views import (
    following,
    home,
    maps,
    nearby,
    open_data,
    photos,
    places,
    sending,
    telling,
    telling_steps,
    where,
)

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("services", home.services, name="services"),
    path("services/<slug:code>", home.service, name="service"),
    path("report", telling.What.as_view(), name="report"),
    path("report/suggested", telling.suggested, name="report-suggested"),
    path("report/discard", telling.discard, name="report-discard"),
    path("report/stop", telling.StopPage.as_view(), name="report-stop"),
    path("report/safety", telling_steps.Safety.as_view(), name="report-safety"),
    path("report/where", where.Where.as_view(), name="report-where"),
    path("report/place", where.WhichPlace.as_view(), name="report-place"),
    path("report/details", telling_steps.Details.as_view(), name="report-details"),
    path("report/known", telling_steps.Known.as_view(), name="report-known"),
    path("report/contact", telling_steps.Contact.as_view(), name="report-contact"),
    path("report/review", sending.Review.as_view(), name="report-review"),
    path("report/photos/<str:name>", telling_steps.draft_photo, name="report-photo"),
    path("track", following.track, name="track"),
    path("r/<str:number>", following.request_page, name="request"),
    path("r/<str:number>/add", following.add, name="request-add"),
    path("r/<str:number>/confirm", following.confirm, name="request-confirm"),
    path("r/<str:number>/still-there", following.StillThere.as_view(), name="request-dispute"),
    path("r/<str:number>/withdraw", following.Withdraw.as_view(), name="request-withdraw"),
    path("nearby", nearby.nearby, name="nearby"),
    path("nearby/points.json", nearby.points, name="nearby-points"),
    path("nearby/hexagons.json", nearby.hexagons, name="nearby-hexagons"),
    path("nearby/<int:request_id>", nearby.one, name="nearby-request"),
    path("photos/<int:attachment_id>", photos.photo, name="photo"),
    path("photos/<int:attachment_id>/small", photos.photo_small, name="photo_small"),
    path("tiles/<slug:version>/<int:zoom>/<int:column>/<int:row>.pbf", maps.tile, name="map-tile"),
    path("map/style-light.json", maps.style, {"theme": "light"}, name="map-style-light"),
    path("map/style-dark.json", maps.style, {"theme": "dark"}, name="map-style-dark"),
    path("places/search", places.search, name="places-search"),
    path("places/at", places.at, name="places-at"),
    path("forget", home.forget, name="forget"),
    path("privacy", home.privacy, name="privacy"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
    path("open-data", open_data.page, name="open-data"),
    path("open-data/dictionary.json", open_data.dictionary, name="open-data-dictionary"),
    path("open-data/requests.<str:ending>", open_data.part, name="open-data-part"),
    path("open-data/<slug:edition>/<str:name>", open_data.edition_file, name="open-data-file"),
    *developer_urls.urlpatterns,
]
