"""The telephone's addresses."""

from django.urls import path

from citycall.telephony import events, twilio, twilio_events

app_name = "telephony"
urlpatterns = [
    path("events", events.events, name="events"),
    path("events/<str:secret>", events.events, name="events-with-key"),
    path("twilio/voice", twilio.voice, name="twilio-voice"),
    path("twilio/language", twilio.language, name="twilio-language"),
    path("twilio/menu", twilio.menu, name="twilio-menu"),
    path("twilio/choose", twilio.choose, name="twilio-choose"),
    path("twilio/wait", twilio.wait, name="twilio-wait"),
    path("twilio/left", twilio.left, name="twilio-left"),
    path("twilio/call-back", twilio.call_back, name="twilio-call-back"),
    path("twilio/call-back-key", twilio.call_back_key, name="twilio-call-back-key"),
    path("twilio/ask-phone", twilio.ask_phone, name="twilio-ask-phone"),
    path("twilio/phone", twilio.phone, name="twilio-phone"),
    path("twilio/status", twilio.status, name="twilio-status"),
    path("twilio/events", twilio_events.events, name="twilio-events"),
]
