"""The residents' addresses."""

from django.urls import path

from citycall.accounts.sign_in import SignIn, SignOut
from citycall.web.views import following, home, photos, sending, telling, telling_steps

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("services", home.services, name="services"),
    path("services/<slug:code>", home.service, name="service"),
    path("report", telling.What.as_view(), name="report"),
    path("report/discard", telling.discard, name="report-discard"),
    path("report/stop", telling.StopPage.as_view(), name="report-stop"),
    path("report/safety", telling_steps.Safety.as_view(), name="report-safety"),
    path("report/where", telling_steps.Where.as_view(), name="report-where"),
    path("report/place", telling_steps.WhichPlace.as_view(), name="report-place"),
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
    path("photos/<int:attachment_id>", photos.photo, name="photo"),
    path("photos/<int:attachment_id>/small", photos.photo_small, name="photo_small"),
    path("forget", home.forget, name="forget"),
    path("privacy", home.privacy, name="privacy"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
]
