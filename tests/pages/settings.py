"""Settings under which the page furniture runs alone, served as in production."""

import os
import tempfile
from pathlib import Path

HERE = Path(__file__).parent

SECRET_KEY = "only-for-tests"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.pages.urls"
USE_TZ = True
TIME_ZONE = "America/New_York"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "Arabic")]
LANGUAGE_COOKIE_NAME = "citycall_language"
LANGUAGE_COOKIE_AGE = 3600
LANGUAGE_COOKIE_SECURE = False
LANGUAGE_COOKIE_HTTPONLY = True

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "citycall.core",
    "citycall.pages",
]
MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "citycall.pages.middleware.security_headers",
    "citycall.pages.language.spoken_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "citycall.pages.context.page",
            ]
        },
    }
]
FORM_RENDERER = "citycall.pages.forms.UswdsRenderer"

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("STYLE_PAGE_STATIC", str(Path(tempfile.gettempdir()) / "style-page"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CITYCALL_CITY_NAME = "Port Calder"
CITYCALL_STAFF_LINKS = [("/staff", "Requests"), ("/report", "Calls"), ("/gone", "Not built yet")]
CITYCALL_FOOTER_LINKS = [("/track", "Privacy"), ("/services", "Accessibility")]
