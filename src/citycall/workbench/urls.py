"""The agencies' addresses."""

from django.urls import path

from citycall.workbench.views import days, request, work_list

app_name = "workbench"
urlpatterns = [
    path("agency", work_list.work_list, name="list"),
    path("agency/find", work_list.find, name="find"),
    path("agency/appointments", days.day, name="day"),
    path("agency/<str:number>", request.request_page, name="request"),
    path("agency/<str:number>/note", request.note, name="note"),
    path("agency/<str:number>/message", request.message, name="message"),
    path("agency/<str:number>/photo", request.photo, name="photo"),
    path("agency/<str:number>/<str:step>", request.take_step, name="step"),
]
