"""All settings; each one a city may change comes from the environment (``docs/reference``)."""

import os
from pathlib import Path
from typing import Any

from django.utils.translation import get_language_info
from psycopg.conninfo import conninfo_to_dict

from citycall.notifications.email_url import email_settings
from citycall.notifications.sms_settings import sms_settings
from citycall.operations import home as homes
from citycall.places.geocoder_settings import geocoder_settings
from citycall.residents.oidc_settings import oidc_settings

HERE = Path(__file__).parent


def _flag(name: str, *, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


_SMALL_READINGS = "-c jit=off -c max_parallel_workers_per_gather=0"


def database_of(url: str) -> dict[str, Any]:
    """Django's database settings for a PostgreSQL URL, as libpq reads it."""
    parts = conninfo_to_dict(url)
    known = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    options = {k: v for k, v in parts.items() if k not in {*known, "dbname"}}
    return {
        "ENGINE": "citycall.core.postgresql",
        "NAME": parts.get("dbname", "citycall"),
        **{django: parts[libpq] for libpq, django in known.items() if libpq in parts},
        # Open connections are kept, and statements prepared at their first use: intake is a
        # handful of statements repeated, and either setting left out costs more than they do.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **options,
            # Many small readings at once: to share one out among processes, or to compile it,
            # takes longer than it does, and takes it from everybody else. The URL's own come last,
            # and so prevail.
            "options": f"{_SMALL_READINGS} {options.get('options', '')}".rstrip(),
            "prepare_threshold": 1,
            "server_side_binding": True,
            "application_name": "citycall",
        },
        "TEST": {"NAME": os.environ.get("CITYCALL_TEST_DATABASE", "test_citycall")},
    }


DEBUG = False
SECRET_KEY = homes.secret("secret_key")
PORT = int(os.environ.get("CITYCALL_PORT", "8311"))
PUBLIC_URL = os.environ.get("CITYCALL_PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = _list("CITYCALL_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

CITYCALL_CITY_NAME = os.environ.get("CITYCALL_CITY_NAME", "Port Calder")
CITYCALL_COUNTRY = os.environ.get("CITYCALL_COUNTRY", "US")
# In which measures people here tell a distance: "metric", or "us" for feet and miles.
CITYCALL_UNITS = os.environ.get("CITYCALL_UNITS", "metric")
CITYCALL_EMERGENCY_NUMBER = os.environ.get("CITYCALL_EMERGENCY_NUMBER", "911")
CITYCALL_CRISIS_NUMBER = os.environ.get("CITYCALL_CRISIS_NUMBER", "988")
TIME_ZONE = os.environ.get("CITYCALL_TIME_ZONE", "America/New_York")
USE_TZ = True
# Each by its own name; the first is the one that the city itself writes.
LANGUAGES = [
    (code, get_language_info(code)["name_local"].capitalize())
    for code in _list("CITYCALL_LANGUAGES", "en,es,zh-hans,ar")
]
LANGUAGE_CODE = LANGUAGES[0][0]
LANGUAGE_COOKIE_NAME = "citycall_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LOCALE_PATHS = [HERE / "locale"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "citycall.core",
    "citycall.agencies",
    "citycall.accounts",
    "citycall.places",
    "citycall.catalog",
    "citycall.contacts",
    "citycall.routing",
    "citycall.knowledge",
    "citycall.notifications",
    "citycall.service_requests",
    "citycall.feedback",
    "citycall.appointments",
    "citycall.durations",
    "citycall.assistant",
    "citycall.residents",
    "citycall.follows",
    "citycall.calls",
    "citycall.work_orders",
    "citycall.duplicates",
    "citycall.triage",
    "citycall.escalations",
    "citycall.closures",
    "citycall.council",
    "citycall.meetings",
    "citycall.batches",
    "citycall.presence",
    "citycall.exchange",
    "citycall.privacy",
    "citycall.continuity",
    "citycall.analytics",
    "citycall.analytics.fairness",
    "citycall.analytics.watch",
    "citycall.pages",
    "citycall.web",
    "citycall.workbench",
    "citycall.console",
    "citycall.citistat",
    "citycall.telephony",
    "citycall.api",
    "citycall.open311",
    "citycall.manage",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "citycall.pages.middleware.CompressedPages",
    "citycall.pages.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "citycall.pages.language.spoken_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "citycall.pages.faults.PlainFaults",
]

# Programs have neither sessions nor forms, and their doors are asked most often.
MACHINE_DOORS = ("/api/", "/open311/", "/telephony/")
MACHINE_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "citycall.pages.middleware.security_headers",
    "django.middleware.common.CommonMiddleware",
]

FORM_RENDERER = "citycall.pages.forms.UswdsRenderer"
ROOT_URLCONF = "citycall.urls"
WSGI_APPLICATION = "citycall.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "citycall.pages.context.page",
            ]
        },
    }
]

DATABASES = {"default": database_of(os.environ.get("DATABASE_URL", "postgresql:///citycall"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

STATIC_URL = "/static/"
STATIC_ROOT = homes.home() / "static"
UPLOADS = homes.folder("uploads")
# The city's own map, as `citycall places tiles` builds it.
MAPS = homes.home() / "maps"
# Parts of pages that are the same for everybody who reads one language, kept by each process.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "citycall.pages.static_files.StaticFiles"},
}
# Files with a digest in their name never change, nor do those in a folder named by a version: the
# map's library finds its worker by its plain name there.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.[^/]+$|/vendor/[^/]+-[0-9.]+/"
MEDIA_ROOT = UPLOADS
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_REFERRER_POLICY = "same-origin"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/agency"
# Where a role begins that does not begin there.
HOMES = {"call_taker": "/console", "supervisor": "/console/wall"}
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Another sign-in for residents, beside the one-time code; none by default.
OIDC = oidc_settings(os.environ, secret=homes.given_secret("oidc_secret"))

# A map style of somebody else instead of the city's own, and whence its tiles, pictures and
# letters come when not from the style's own origin.
CITYCALL_MAP_STYLE_URL = os.environ.get("CITYCALL_MAP_STYLE_URL", "")
CITYCALL_MAP_ORIGINS = _list("CITYCALL_MAP_ORIGINS", "")

# An outside geocoder, asked where the city's own gazetteer knows nothing; none by default.
CITYCALL_GEOCODER = geocoder_settings(
    os.environ, key=homes.given_secret("geocoder_key"), city=CITYCALL_CITY_NAME
)

# How many proxies of the city's own stand in front, each adding to X-Forwarded-For.
CITYCALL_PROXIES = int(os.environ.get("CITYCALL_PROXIES", "0"))

# The machines' doors. Jurisdictions are ids with commas, each with its agencies where it is not
# the whole city: "city.example" or "a.example=streets+parks,b.example=water".
CITYCALL_JURISDICTIONS = _list("CITYCALL_JURISDICTIONS", "")
CITYCALL_CONTACT = os.environ.get("CITYCALL_CONTACT", "")
# Calls a minute of one key, or of one address without a key, counted by each web process.
CITYCALL_CALLS_PER_MINUTE = int(os.environ.get("CITYCALL_CALLS_PER_MINUTE", "6000"))
# The calendar by which calls are answered and people called back; all day where none is named.
CITYCALL_CALLS_CALENDAR = os.environ.get("CITYCALL_CALLS_CALENDAR", "")
# How many people at most are promised a call in one half hour.
CITYCALL_CALL_BACKS_PER_HALF_HOUR = int(os.environ.get("CITYCALL_CALL_BACKS_PER_HALF_HOUR", "12"))
# After so many days calls and call-backs name nobody any more.
# Where crews are led to a place in a browser: a page of maps with both of these in its address.
CITYCALL_DIRECTIONS_URL = os.environ.get(
    "CITYCALL_DIRECTIONS_URL",
    "https://www.openstreetmap.org/directions?to={latitude}%2C{longitude}",
)
CITYCALL_SIGNATURES_KEPT_DAYS = int(os.environ.get("CITYCALL_SIGNATURES_KEPT_DAYS", "730"))
CITYCALL_MEETINGS_KEPT_DAYS = int(os.environ.get("CITYCALL_MEETINGS_KEPT_DAYS", "3650"))
CITYCALL_CALLS_KEPT_DAYS = int(os.environ.get("CITYCALL_CALLS_KEPT_DAYS", "365"))
# How many open pages each web process tells at once of what changes; more ask again and again.
# A bulk closure of more requests than this needs a second person of the agency.
CITYCALL_BATCH_ALONE = int(os.environ.get("CITYCALL_BATCH_ALONE", "20"))
# How long messages about a bulk step wait, and how long it can be taken back.
CITYCALL_BATCH_MESSAGES_WAIT_MINUTES = int(
    os.environ.get("CITYCALL_BATCH_MESSAGES_WAIT_MINUTES", "10")
)
CITYCALL_BATCH_UNDO_HOURS = int(os.environ.get("CITYCALL_BATCH_UNDO_HOURS", "24"))
CITYCALL_STREAMS = int(os.environ.get("CITYCALL_STREAMS", "60"))
# Whether what was written through Open311, which says that it is published, is published.
CITYCALL_PUBLISH_DESCRIPTIONS = _flag("CITYCALL_PUBLISH_DESCRIPTIONS", default=True)
# Whether a second person looks at an article before it is shown.
CITYCALL_REVIEW_ARTICLES = _flag("CITYCALL_REVIEW_ARTICLES", default=False)
# Whether somebody else has to complete what a reporter disputed, or a check found undone.
CITYCALL_SECOND_LOOK = _flag("CITYCALL_SECOND_LOOK", default=True)
# Networks inside which webhooks, partners and pictures may be: none but public ones usually.
CITYCALL_ALLOWED_NETWORKS = _list("CITYCALL_ALLOWED_NETWORKS", "")
# Whom people tell of what they cannot use, and in how many working days they have an answer.
CITYCALL_ACCESSIBILITY_EMAIL = os.environ.get("CITYCALL_ACCESSIBILITY_EMAIL", "")
CITYCALL_ACCESSIBILITY_PHONE = os.environ.get("CITYCALL_ACCESSIBILITY_PHONE", "")
CITYCALL_ACCESSIBILITY_ANSWER_DAYS = int(os.environ.get("CITYCALL_ACCESSIBILITY_ANSWER_DAYS", "5"))
# A key that may be tried by everyone, for the developers' page of a demo or a test site.
CITYCALL_SANDBOX_KEY = os.environ.get("CITYCALL_SANDBOX_KEY", "")
# Percent of callers to be answered within so many seconds; who hangs up sooner than the third
# number hardly waited.
CITYCALL_ANSWER_TARGET = tuple(
    float(part) for part in os.environ.get("CITYCALL_ANSWER_TARGET", "80/30/5").split("/")
)
EXPORTS = homes.home() / "open-data"

# The facts that CitiStat's numbers are worked out from, and what working them out may take.
ANALYTICS = homes.folder("analytics")
CITYCALL_ANALYTICS_MEMORY = os.environ.get("CITYCALL_ANALYTICS_MEMORY", "2GB")
CITYCALL_ANALYTICS_THREADS = int(os.environ.get("CITYCALL_ANALYTICS_THREADS", "2"))
# What one question in SQL may take, and how many are answered at once on this machine.
CITYCALL_SQL_SECONDS = int(os.environ.get("CITYCALL_SQL_SECONDS", "20"))
CITYCALL_SQL_MEGABYTES = int(os.environ.get("CITYCALL_SQL_MEGABYTES", "1024"))
CITYCALL_SQL_AT_ONCE = int(os.environ.get("CITYCALL_SQL_AT_ONCE", "2"))

# From it follows the key that signs messages to browsers; a new one ends all subscriptions.
CITYCALL_PUSH_SECRET = homes.secret("push_key")
DEFAULT_FROM_EMAIL = os.environ.get("CITYCALL_EMAIL_FROM", "CityCall <citycall@localhost>")
CITYCALL_EMAIL_REPLY_TO = os.environ.get("CITYCALL_EMAIL_REPLY_TO", "")
vars().update(
    email_settings(os.environ.get("CITYCALL_EMAIL_URL", ""), outbox=homes.folder("outbox"))
)
# Text messages, for links to one's own reports; none by default.
SMS = sms_settings(os.environ.get("CITYCALL_SMS_URL", ""), token=homes.given_secret("sms_token"))

# What telephone systems are told to do: nothing, by HTTP ("http"), or Twilio ("twilio").
CITYCALL_SWITCH = os.environ.get("CITYCALL_SWITCH", "")
CITYCALL_SWITCH_URL = os.environ.get("CITYCALL_SWITCH_URL", "")
CITYCALL_SWITCH_TOKEN = homes.given_secret("switch_token")
# The account whose calls come in; its token is the key to the signatures of what it asks.
CITYCALL_TWILIO_ACCOUNT = os.environ.get("CITYCALL_TWILIO_ACCOUNT", "")
CITYCALL_TWILIO_TOKEN = homes.given_secret("twilio_token")
CITYCALL_TWILIO_NUMBER = os.environ.get("CITYCALL_TWILIO_NUMBER", "")
CITYCALL_TWILIO_QUEUE = os.environ.get("CITYCALL_TWILIO_QUEUE", "citycall")
CITYCALL_TWILIO_DESK = os.environ.get("CITYCALL_TWILIO_DESK", "client:{desk}")

PROCRASTINATE_IMPORT_PATHS = [
    "citycall.reactions",
    "citycall.operations.worker",
    "citycall.service_requests.jobs",
    "citycall.analytics.jobs",
    "citycall.appointments.jobs",
    "citycall.council.jobs",
    "citycall.analytics.forecasts.jobs",
    "citycall.meetings.jobs",
    "citycall.analytics.packs.jobs",
    "citycall.durations.jobs",
    "citycall.closures.jobs",
    "citycall.analytics.fairness.jobs",
    "citycall.analytics.watch.jobs",
    "citycall.citistat.jobs",
    "citycall.duplicates.jobs",
    "citycall.exchange.pictures",
    "citycall.exchange.webhooks.jobs",
    "citycall.exchange.forwarding.jobs",
    "citycall.exchange.open_data.jobs",
    "citycall.privacy.jobs",
    "citycall.continuity.jobs",
    "citycall.residents.jobs",
    "citycall.follows.jobs",
    "citycall.assistant.jobs",
    "citycall.batches.jobs",
    "citycall.presence.jobs",
    "citycall.calls.jobs",
    "citycall.calls.switch.jobs",
    "citycall.calls.measures.jobs",
    "citycall.escalations.jobs",
    "citycall.triage.jobs",
    "citycall.work_orders.jobs",
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    # What a caller did wrong is told to the caller; a line for each would fill the log.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": os.environ.get("CITYCALL_LOG_LEVEL", "WARNING")},
}
