"""Settings. One environment variable, BANSHI_MODE, decides: `demo` (default), `test` or `production`.

Production refuses to start with a default secret, debug on, or without the settings that TLS needs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _

from banshi.config import keys
from banshi.kernel.addresses import networks
from banshi.rooms.devices.rules import allowed_printers

BASE_DIR = Path(__file__).resolve().parent.parent
ROOT = BASE_DIR.parent
MODE = os.environ.get("BANSHI_MODE", "demo")
if MODE not in ("demo", "test", "production"):
    raise ImproperlyConfigured("BANSHI_MODE is demo, test or production")
PRODUCTION = MODE == "production"
DATA_DIR = Path(os.environ.get("BANSHI_DATA", ROOT / "var")).resolve()

# Which program this is: web, work, or operator (every other command). Each waits for the database as long as it may.
PROCESS = os.environ.get("BANSHI_PROCESS", "operator")

_keys = keys.read(os.environ, production=PRODUCTION)
SECRET_KEY = _keys.secret
BANSHI_DATA_KEYS = _keys.data
BANSHI_INDEX_KEY = _keys.index
BANSHI_AUDIT_KEY = _keys.audit
DEBUG = os.environ.get("BANSHI_DEBUG", "") == "1"
ALLOWED_HOSTS = [h for h in os.environ.get("BANSHI_HOSTS", "" if PRODUCTION else "*").split(",") if h]
BANSHI_VIRTUAL_CLOCK = not PRODUCTION
BANSHI_PUBLIC_URL = os.environ.get("BANSHI_PUBLIC_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")


# Seconds a statement may run, and may wait for a lock. An operator's migration may take its time.
_PATIENCE_S = {
    "web": (int(os.environ.get("BANSHI_STATEMENT_S", "15")), int(os.environ.get("BANSHI_LOCK_S", "5"))),
    "work": (120, 20),
    "operator": (0, 300),
}


def _server_options(given: str) -> str:
    statement, lock = _PATIENCE_S.get(PROCESS, _PATIENCE_S["web"])
    # What is prepared is planned once: planning what a call reads costs ten times what running it does.
    ours = f"-c statement_timeout={statement}s -c lock_timeout={lock}s -c plan_cache_mode=force_generic_plan"
    if PROCESS == "web":  # where many ask for little no process is started to help with one statement
        ours += " -c max_parallel_workers_per_gather=0"
    return f"{ours} {given}".strip()


def _database(url: str) -> dict[str, Any]:
    parts = urlparse(url)
    query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
    pooled = os.environ.get("BANSHI_PGBOUNCER") == "1"
    if not pooled:  # PgBouncer takes no options at the start
        query["options"] = _server_options(query.get("options", ""))
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
            # A server that is gone without a word is noticed within seconds, not by the next reboot.
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            **query,
            "application_name": f"banshi {PROCESS}",
            "prepare_threshold": None if pooled else 5,
        },
    }


# An operator's commands make tables and restore: they sign in as the owner, where the two are kept apart.
DATABASE_URL = (PROCESS == "operator" and os.environ.get("BANSHI_OWNER_URL")) or os.environ.get(
    "DATABASE_URL", "postgresql:///banshi"
)
DATABASES = {"default": _database(DATABASE_URL)}

ROOMS = (
    "audit", "identity", "places", "catalogue", "calendars", "devices", "messaging", "booking", "zones", "tickets", "library",
    "seals", "cases", "fees", "delivery", "feedback", "consulting", "archive", "exchange", "remote", "hotline", "homevisits",
    "staffing", "insight", "hooks",
)  # fmt: skip
FRAMES = ("staff",)
SURFACES = (
    "citizen",
    "kiosk",
    "zone",
    "screens",
    "desk",
    "office",
    "review",
    "issue",
    "seat",
    "hotline",
    "homevisits",
    "api",
    "demo",
)
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
    *(f"banshi.frames.{frame}" for frame in FRAMES),
    *(f"banshi.surfaces.{surface}" for surface in SURFACES),
]
AUTH_USER_MODEL = "identity.Staff"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "banshi.config.middleware.RequestLog",
    "banshi.config.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "banshi.config.middleware.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "banshi.config.middleware.NoSuchFile",
    "django.middleware.locale.LocaleMiddleware",
    "banshi.config.middleware.Clean",  # before anything reads a cookie or a form
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "banshi.config.middleware.WhoAsks",
    "banshi.config.middleware.SentOnce",
    "banshi.config.middleware.NoDeadEnds",
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
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "banshi.foundation.templatetags.states",
            ],
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
# Bodies (config/bodies.py): bytes, seconds of machine time, and how many may be under way.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
BANSHI_BODY_API_BYTES = 256 * 1024
BANSHI_BODY_UPLOAD_BYTES = 24 * 1024 * 1024  # files and what is said of them
BANSHI_BODY_UPLOAD_S = float(os.environ.get("BANSHI_BODY_UPLOAD_S", "180"))  # a telephone's line
BANSHI_UPLOADS_AT_ONCE = int(os.environ.get("BANSHI_UPLOADS_AT_ONCE", "32"))
BANSHI_UPLOADS_KEPT_BYTES = int(os.environ.get("BANSHI_UPLOADS_KEPT_BYTES", str(4 * 1024**3)))  # parts that lie about
FILE_UPLOAD_MAX_MEMORY_SIZE = BANSHI_BODY_UPLOAD_BYTES  # what people send in never lies on a disk in clear
BANSHI_BODY_PROMPT_S = float(os.environ.get("BANSHI_BODY_PROMPT_S", "1"))
BANSHI_BODY_FIRST_S = float(os.environ.get("BANSHI_BODY_FIRST_S", "10"))
BANSHI_BODY_WHOLE_S = float(os.environ.get("BANSHI_BODY_WHOLE_S", "30"))
BANSHI_BODY_LEAST_PER_S = int(os.environ.get("BANSHI_BODY_LEAST_PER_S", "1024"))
BANSHI_BODIES_PER_ADDRESS = int(os.environ.get("BANSHI_BODIES_PER_ADDRESS", "64"))
BANSHI_BODIES_AT_ONCE = int(os.environ.get("BANSHI_BODIES_AT_ONCE", "1024"))
# How long the web server waits for a database that says nothing, and for a free thread.
BANSHI_DATABASE_PATIENCE_S = float(os.environ.get("BANSHI_DATABASE_PATIENCE_S", "25"))
BANSHI_THREAD_PATIENCE_S = float(os.environ.get("BANSHI_THREAD_PATIENCE_S", "10"))
# Seconds that a booking waits for a lock before it lets go (three times, then 503); all others wait a tenth of it once.
BANSHI_BOOKING_LOCK_S = float(os.environ.get("BANSHI_BOOKING_LOCK_S", "1.5"))
BANSHI_PROBE_PATIENCE_S = float(os.environ.get("BANSHI_PROBE_PATIENCE_S", "2"))  # /healthz and /readyz wait no longer
try:  # who may say where a request came from (X-Forwarded-For): the proxies in front
    BANSHI_TRUSTED_PROXIES = networks(
        os.environ.get(
            "BANSHI_TRUSTED_PROXIES", "127.0.0.0/8,::1" if os.environ.get("BANSHI_BEHIND_TLS") == "1" else ""
        )
    )
    # Addresses of halls: everybody on their wireless network shares one, so more codes are sent there.
    BANSHI_HALL_NETWORKS = networks(os.environ.get("BANSHI_HALL_NETWORKS", ""))
    # Not public, and webhooks go there all the same: a government's own network.
    BANSHI_HOOKS_INSIDE = networks(os.environ.get("BANSHI_HOOKS_INSIDE", ""))
except ValueError as _wrong_network:
    raise ImproperlyConfigured(
        f"BANSHI_TRUSTED_PROXIES, BANSHI_HALL_NETWORKS and BANSHI_HOOKS_INSIDE are networks, by commas: {_wrong_network}"
    ) from _wrong_network
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

# Where the head of the audit chain is kept outside the database. Tests share one folder and many databases: none.
BANSHI_ANCHORS = "" if MODE == "test" else "banshi.gateways.anchors.anchors"
BANSHI_HOTLINE = os.environ.get("BANSHI_HOTLINE", "12345")  # whom to ring up where no hall is known yet; "" for nobody
BANSHI_SPOOL = Path(os.environ.get("BANSHI_SPOOL") or DATA_DIR / "spool")
BANSHI_STAFF_FRAME = "banshi.surfaces.office.frame.FRAME"  # frames name no surface; pages of nobody's surface wear this
BANSHI_PRINTER = "banshi.gateways.printers.print_slip"  # surfaces name no gateway; this is their way to it
BANSHI_PAGE_PRINTER = "banshi.gateways.printers.print_pages"  # and to one that takes PDF
BANSHI_TYPESETTER = "banshi.gateways.papers.Typst"  # cases name no gateway
_credit = "NoneKnown" if PRODUCTION or MODE == "test" else "StandIn"
BANSHI_CREDIT = os.environ.get("BANSHI_CREDIT") or f"banshi.gateways.credit.{_credit}"  # who may not promise papers
# How the demo's stand-ins misbehave: said on its own page, remembered in a folder. In tests nothing does unless a test says so.
BANSHI_MOODS = "" if PRODUCTION else "banshi.gateways.moods.Moods"
BANSHI_MOODS_FOLDER = "" if PRODUCTION or MODE == "test" else str(DATA_DIR / "moods")
BANSHI_CREDIT_BARRED = frozenset(filter(None, os.environ.get("BANSHI_CREDIT_BARRED", "").split(",")))  # the stand-in's
_doors = "banshi.gateways.cabinets.not_set" if PRODUCTION else "banshi.gateways.cabinets.opened"
BANSHI_CABINETS = os.environ.get("BANSHI_CABINETS") or _doors  # nor do rooms name this one
BANSHI_CABINETS_FOLDER = "" if MODE == "test" else str(DATA_DIR / "cabinets")  # what the demo's lock boards know
BANSHI_JAM_ONE_IN = int(
    os.environ.get("BANSHI_JAM_ONE_IN", "0" if MODE == "test" else "8")
)  # of the demo's doors; 0: none
BANSHI_JAMMED = frozenset(filter(None, os.environ.get("BANSHI_JAMMED", "").split(",")))  # cabinet:cell, of the demo's
_faces = (
    "" if PRODUCTION else "banshi.gateways.faces.stand_in"
)  # "" = no machine compares faces, the other ways lead on
BANSHI_FACE_CHECK = os.environ.get("BANSHI_FACE_CHECK", _faces)
_machines = "NoneHere" if PRODUCTION or MODE == "test" else "StandIn"
BANSHI_MACHINES = os.environ.get("BANSHI_MACHINES") or f"banshi.gateways.machines.{_machines}"  # the demo's fleet
_till = "banshi.gateways.till.NotSet" if PRODUCTION else "banshi.gateways.till.StandIn"
BANSHI_TILL = os.environ.get("BANSHI_TILL") or _till  # nor this one, that takes money by telephone
BANSHI_TILL_SECRET = os.environ.get(
    "BANSHI_TILL_SECRET", "" if PRODUCTION else "the demo's till"
)  # signs what it tells
BANSHI_TILL_FOLDER = DATA_DIR / "till"  # the stand-in's memory; whom it tells; whether it is out of order
BANSHI_TILL_TELLS = "" if MODE == "test" else f"{BANSHI_PUBLIC_URL.rstrip('/')}/api/v1/till/callback"
BANSHI_TILL_DOWN = os.environ.get("BANSHI_TILL_DOWN") == "1"
_courier = "banshi.gateways.couriers.NotSet" if PRODUCTION else "banshi.gateways.couriers.StandIn"
BANSHI_COURIER = os.environ.get("BANSHI_COURIER") or _courier  # nor this one, that carries parcels
BANSHI_COURIER_SECRET = os.environ.get("BANSHI_COURIER_SECRET", "" if PRODUCTION else "the demo's carrier")
BANSHI_COURIER_FOLDER = DATA_DIR / "couriers"  # as the till's
BANSHI_COURIER_TELLS = "" if MODE == "test" else f"{BANSHI_PUBLIC_URL.rstrip('/')}/api/v1/courier/callback"
BANSHI_COURIER_DOWN = os.environ.get("BANSHI_COURIER_DOWN") == "1"
_exchange_of_calls = "" if PRODUCTION or MODE == "test" else "banshi.gateways.telephony.StandIn"
BANSHI_TELEPHONY = os.environ.get("BANSHI_TELEPHONY", _exchange_of_calls)  # click to call; "" = dialled by hand
BANSHI_TELEPHONY_URL = os.environ.get("BANSHI_TELEPHONY_URL", "")
BANSHI_TELEPHONY_KEY = os.environ.get("BANSHI_TELEPHONY_KEY", "")
BANSHI_TELEPHONY_SECRET = os.environ.get("BANSHI_TELEPHONY_SECRET", "")
BANSHI_TELEPHONY_DOWN = os.environ.get("BANSHI_TELEPHONY_DOWN") == "1"
_signer = "" if PRODUCTION or MODE == "test" else "banshi.gateways.seals.DemoAuthority"
BANSHI_SIGNER = os.environ.get("BANSHI_SIGNER", _signer)  # signs papers; "" = they are sealed by nobody here
BANSHI_SIGNER_DOWN = os.environ.get("BANSHI_SIGNER_DOWN") == "1"
BANSHI_SEALS_FOLDER = Path(os.environ.get("BANSHI_SEALS_FOLDER") or DATA_DIR / "seals")  # keys: its owner's alone
BANSHI_SIGNATURES = "banshi.gateways.seals.seen"  # looks at strangers' signatures
_exchange = "" if PRODUCTION or MODE == "test" else "banshi.gateways.exchange.stand_in.StandIn"
BANSHI_EXCHANGE = os.environ.get("BANSHI_EXCHANGE", _exchange)  # carries batches to the national platform; "" = by hand
BANSHI_EXCHANGE_FOLDER = DATA_DIR / "platform"  # what the demo's platform knows
BANSHI_EXCHANGE_URL = os.environ.get("BANSHI_EXCHANGE_URL", "")  # of the front machine, where that carries them
BANSHI_EXCHANGE_SECRET = os.environ.get("BANSHI_EXCHANGE_SECRET", "")
BANSHI_HOOKS = "banshi.gateways.hooks.posted"  # nor this one
BANSHI_HOOKS_LOOPBACK = not PRODUCTION
BANSHI_INTAKE = "banshi.gateways.uploads.cleaned"  # the library names no gateway
BANSHI_CLAMD = os.environ.get("BANSHI_CLAMD", "")  # host:port or socket of ClamAV's daemon; "" = no scanner
_scanner = "" if PRODUCTION or MODE == "test" else "banshi.gateways.uploads.scanner.found"
BANSHI_SCANNER = "banshi.gateways.uploads.clamd.found" if BANSHI_CLAMD else _scanner

# Servers over which two browsers meet that do not reach each other (coturn), by commas: turn:turn.example.gov.cn:3478, stun:…
BANSHI_TURN_URLS = tuple(filter(None, (url.strip() for url in os.environ.get("BANSHI_TURN_URLS", "").split(","))))
BANSHI_TURN_SECRET = os.environ.get("BANSHI_TURN_SECRET", "")  # coturn's static-auth-secret
BANSHI_TURN_ONLY = os.environ.get("BANSHI_TURN_ONLY") == "1"  # never directly: no side learns the other's address

BANSHI_SMS_REGIONS = frozenset(os.environ.get("BANSHI_SMS_REGIONS", "CN HK MO TW").upper().replace(",", " ").split())
BANSHI_SMS_ABROAD_A_DAY = max(1, int(os.environ.get("BANSHI_SMS_ABROAD_A_DAY", "300")))

# Proof of work (foundation/proof.py): how many tries of strangers are nothing unusual, 0 = any number; and how many key
# derivations one proof takes. A key's requests, staff, kiosks and a hall's own networks are never asked.
BANSHI_PROOF_USUAL = {
    "address": int(os.environ.get("BANSHI_PROOF_ADDRESS", "10")),
    "account": int(os.environ.get("BANSHI_PROOF_ACCOUNT", "8")),
    "place": int(os.environ.get("BANSHI_PROOF_PLACE", "60")),
    "failed": int(os.environ.get("BANSHI_PROOF_FAILED", "6")),
    "number": int(os.environ.get("BANSHI_PROOF_NUMBER", "3")),
}
BANSHI_PROOF_EFFORT = max(1, int(os.environ.get("BANSHI_PROOF_EFFORT", "100")))

LOGGING_CONFIG = "banshi.config.logs.set_up"
LOGGING: dict[str, Any] = {
    "json": PRODUCTION,
    "level": os.environ.get("BANSHI_LOG_LEVEL", "INFO"),
    "process": PROCESS,
}

_wrong = list(_keys.wrong)
try:
    BANSHI_PRINTERS = allowed_printers(os.environ.get("BANSHI_PRINTERS", ""))
except ValueError as _no_printer:
    _wrong.append(f"BANSHI_PRINTERS: {_no_printer}")
if BANSHI_TURN_ONLY and not (BANSHI_TURN_URLS and BANSHI_TURN_SECRET):
    _wrong.append("BANSHI_TURN_ONLY needs BANSHI_TURN_URLS and BANSHI_TURN_SECRET: without them no picture would come")
if PRODUCTION:
    _public = urlparse(BANSHI_PUBLIC_URL)
    if DEBUG:
        _wrong.append("BANSHI_DEBUG shows settings and names to everybody. Unset it")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        _wrong.append("BANSHI_HOSTS must list the names this installation answers to, by commas: hall.example.gov.cn")
    if _public.scheme != "https" or not _public.hostname or _public.path.strip("/"):
        _wrong.append("BANSHI_PUBLIC_URL must be the address people use, without a path: https://hall.example.gov.cn")
    elif ALLOWED_HOSTS and "*" not in ALLOWED_HOSTS and not validate_host(_public.hostname, ALLOWED_HOSTS):
        _wrong.append(f"BANSHI_PUBLIC_URL names {_public.hostname}, which is not in BANSHI_HOSTS. Add it there")
    if os.environ.get("BANSHI_BEHIND_TLS") != "1":
        _wrong.append("BANSHI_BEHIND_TLS must be 1, once a proxy in front speaks TLS and sets X-Forwarded-Proto")
    if BANSHI_SIGNER.endswith(".DemoAuthority"):
        _wrong.append("BANSHI_SIGNER is the demo's, whose seals prove nothing. Name another, or none")
if _wrong:
    raise ImproperlyConfigured("This installation is not safe to open:\n- " + "\n- ".join(_wrong))
if PRODUCTION:
    BANSHI_PUBLIC_URL = BANSHI_PUBLIC_URL.rstrip("/")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [BANSHI_PUBLIC_URL]
