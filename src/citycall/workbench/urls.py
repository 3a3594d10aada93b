"""The agencies' addresses."""

from django.urls import path

from citycall.workbench import views

app_name = "workbench"
urlpatterns = [
    path("agency", views.work_list, name="list"),
    path("agency/find", views.find, name="find"),
    path("agency/<str:number>", views.request_page, name="request"),
    path("agency/<str:number>/note", views.note, name="note"),
    path("agency/<str:number>/photo", views.photo, name="photo"),
    path("agency/<str:number>/<str:step>", views.take_step, name="step"),
]
