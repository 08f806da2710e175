"""Settings. One environment variable, BANSHI_MODE, decides: `demo` (default), `test` or `production`.

Production refuses to start with a default secret, debug on, or without the settings that TLS needs.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
ROOT = BASE_DIR.parent
MODE = os.environ.get("BANSHI_MODE", "demo")
if MODE not in ("demo", "test", "production"):
    raise ImproperlyConfigured("BANSHI_MODE is demo, test or production")
PRODUCTION = MODE == "production"
DATA_DIR = Path(os.environ.get("BANSHI_DATA", ROOT / "var")).resolve()

DEFAULT_SECRET = "banshi-demo-secret-not-for-production"  # noqa: S105 – refused in production below
SECRET_KEY = os.environ.get("BANSHI_SECRET_KEY", DEFAULT_SECRET)
DEBUG = os.environ.get("BANSHI_DEBUG", "") == "1"
ALLOWED_HOSTS = [h for h in os.environ.get("BANSHI_HOSTS", "" if PRODUCTION else "*").split(",") if h]
BANSHI_VIRTUAL_CLOCK = not PRODUCTION
BANSHI_PUBLIC_URL = os.environ.get("BANSHI_PUBLIC_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")


def _derived(purpose: str) -> bytes:
    return hashlib.sha256(f"{SECRET_KEY}\0{purpose}".encode()).digest()


def _keys(text: str) -> dict[str, bytes]:
    """`id=base64,id=base64`, newest first."""
    return {k: base64.b64decode(v) for k, v in (part.split("=", 1) for part in text.split(",") if part)}


BANSHI_DATA_KEYS = _keys(os.environ.get("BANSHI_DATA_KEYS", "")) or {"k0": _derived("data")}
BANSHI_INDEX_KEY = (
    base64.b64decode(os.environ["BANSHI_INDEX_KEY"]) if "BANSHI_INDEX_KEY" in os.environ else _derived("index")
)


def _database(url: str) -> dict[str, Any]:
    parts = urlparse(url)
    query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "banshi",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Prepared on the server after five uses: calls are four times cheaper. PgBouncer in transaction mode forbids it.
        "OPTIONS": {
            **query,
            "application_name": "banshi",
            "prepare_threshold": None if os.environ.get("BANSHI_PGBOUNCER") == "1" else 5,
        },
    }


DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql:///banshi")
DATABASES = {"default": _database(DATABASE_URL)}

ROOMS = (
    "audit", "identity", "places", "catalogue", "calendars", "devices", "messaging", "booking", "tickets", "feedback",
    "staffing", "insight",
)  # fmt: skip
SURFACES = ("citizen", "kiosk", "screens", "desk", "office", "api", "demo")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "banshi.foundation",
    *(f"banshi.rooms.{room}" for room in ROOMS),
    *(f"banshi.surfaces.{surface}" for surface in SURFACES),
]
AUTH_USER_MODEL = "identity.Staff"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "banshi.config.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "banshi.config.middleware.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "banshi.config.middleware.WhoAsks",
    "banshi.config.middleware.Refusals",
]
if MODE == "test":  # each test client would look through all static files anew
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
ROOT_URLCONF = "banshi.config.urls"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "banshi.config.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
WSGI_APPLICATION = "banshi.config.wsgi.application"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from the packages themselves; nothing to collect
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "banshi.config.errors.csrf_failed"
LOGIN_URL = "/staff/sign-in"
LOGIN_REDIRECT_URL = "/"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if MODE == "test"
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SILENCED_SYSTEM_CHECKS: list[str] = []
PROCRASTINATE_IMPORT_PATHS = ["banshi.config.jobs"]
NINJA_PAGINATION_MAX_LIMIT = 200

BANSHI_PRINTER = "banshi.gateways.printers.print_slip"  # surfaces name no gateway; this is their way to it

LOGGING_CONFIG = None  # structlog: banshi/config/logs.py

if PRODUCTION:
    _wrong = []
    if SECRET_KEY == DEFAULT_SECRET or len(SECRET_KEY) < 32:
        _wrong.append("set BANSHI_SECRET_KEY to a secret of 32 characters or more")
    if DEBUG:
        _wrong.append("unset BANSHI_DEBUG")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        _wrong.append("set BANSHI_HOSTS to the names this installation answers to")
    if not BANSHI_PUBLIC_URL.startswith("https://"):
        _wrong.append("set BANSHI_PUBLIC_URL to the https:// address people use")
    if os.environ.get("BANSHI_BEHIND_TLS") != "1":
        _wrong.append("set BANSHI_BEHIND_TLS=1 once a proxy in front speaks TLS and sets X-Forwarded-Proto")
    if "BANSHI_DATA_KEYS" not in os.environ or "BANSHI_INDEX_KEY" not in os.environ:
        _wrong.append("set BANSHI_DATA_KEYS and BANSHI_INDEX_KEY (see docs/operate.md)")
    if _wrong:
        raise ImproperlyConfigured("This installation is not safe to open:\n- " + "\n- ".join(_wrong))
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [BANSHI_PUBLIC_URL]
