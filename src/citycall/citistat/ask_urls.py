"""The addresses of what is asked and kept."""

from django.urls import path

from citycall.citistat.views import ask, questions

urlpatterns = [
    path("citistat/ask", ask.ask, name="ask"),
    path("citistat/ask/keep", ask.keep, name="ask-keep"),
    path("citistat/ask/end", questions.End.as_view(), name="ask-end"),
    path("citistat/ask/<int:pk>", questions.question, name="question"),
    path("citistat/ask/<int:pk>/change", ask.change, name="question-change"),
    path("citistat/ask/<int:pk>/changed", ask.changed, name="question-changed"),
    path("citistat/ask/<int:pk>/mail", questions.mailed, name="question-mail"),
    path("citistat/ask/<int:pk>/watch", questions.watched, name="question-watch"),
    path("citistat/ask/<int:pk>/delete", questions.deleted, name="question-delete"),
]
