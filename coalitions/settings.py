"""Settings, from environment variables only; `.env.example` explains each. Safe by default."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import reset_tzpath

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environs import FileAwareEnv, validate

from coalitions import folder_broker

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(FileAwareEnv):
    """Environment variables. One that is set and empty counts as not set."""

    def _get_value(self, env_key: str, default: Any) -> Any:
        value = super()._get_value(env_key, default)
        return default if value == "" else value


env = Environment(strip_whitespace=True)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Put a long random text into the environment variable "
            "SECRET_KEY (or its file's path into SECRET_KEY_FILE), or set DEBUG=1 on your machine."
        )
    SECRET_KEY = "only-for-one's-own-machine-never-for-a-server-that-others-reach"  # noqa: S105

# The address written into mails; whether it is https decides everything about secure cookies.
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000" if DEBUG else "").rstrip("/")
if not BASE_URL:
    raise ImproperlyConfigured(
        "BASE_URL is not set. It is the address people reach, such as https://coalitions.example."
    )
HTTPS = BASE_URL.startswith("https://")
if not HTTPS and not BASE_URL.startswith("http://"):
    raise ImproperlyConfigured(
        f"BASE_URL is {BASE_URL}, but an address begins with https:// (or http:// on one machine)."
    )
HOST_NAME = urlsplit(BASE_URL).hostname or ""
if "change-me" in SECRET_KEY and not HOST_NAME.endswith(".example"):
    raise ImproperlyConfigured(
        "SECRET_KEY is still the one of .env.example, which everybody knows. Make your own: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEBUG else [HOST_NAME]
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "heroicons",
    "coalitions",
    "outbox",
    "accounts",
    "cohorts",
    "conversations",
    "attendance",
    "materials",
    "actionplans",
    "documents",
    "followups",
    "home",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "coalitions.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.OwnPageMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "coalitions.urls"
WSGI_APPLICATION = "coalitions.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # Every page writes days and lists.
            "builtins": ["coalitions.templatetags.days"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.device.context",
            ],
        },
    }
]

# Database: SQLite unless DATABASE_URL names a server.
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=600
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if env.bool("DATABASE_POOLER", False):
        DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        # For the statements of coalitions/prepared.py; Django's own are never prepared.
        DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 2
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, not in each process: the counters that slow down guessing must be shared.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# Sign-in: by a code sent by e-mail; a second factor for those who steer programs.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODE_COUNT = 10
MFA_TOTP_ISSUER = "Coalitions"
MFA_REQUIRED = env.bool("MFA_REQUIRED", True)
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# Secure by what BASE_URL says.
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # A container asks itself over plain http whether it is well.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "coalitions.views.csrf_failure"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

# Words, dates and zones.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("pt", _("Portuguese")),
    ("ar", _("Arabic")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
# Countries change their clocks: the rules are those of the locked package, not the machine's.
reset_tzpath(to=())

# Static files, and those of people.
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "static-root")))
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
# What people upload: below no address, and no larger than this. Other forms read 10 MB.
UPLOAD_MEGABYTES = env.int("UPLOAD_MEGABYTES", 20, validate=validate.Range(min=10, max=1000))
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "coalitions.upload_handler.LimitedUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "materials": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.str("MATERIALS_DIR", str(VAR_DIR / "materials")),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "coalitions.static_files.StaticFiles"
    },
}

# Mail: to a server, or into a folder where none is named.
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "Coalitions <coalitions@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMTP_HOST = env.str("SMTP_HOST", "")
SMTP_TLS = env.str("SMTP_TLS", "starttls", validate=validate.OneOf(["starttls", "ssl", "none"]))
MAIL_DIR = VAR_DIR / "mail"
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": SMTP_HOST,
            "port": env.int("SMTP_PORT", 587),
            "username": env.str("SMTP_USER", ""),
            "password": env.str("SMTP_PASSWORD", ""),
            "use_tls": SMTP_TLS == "starttls",
            "use_ssl": SMTP_TLS == "ssl",
            "timeout": 20,
        },
    }
    if SMTP_HOST
    else {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": str(MAIL_DIR)},
    }
}
# Bounces and complaints: told by a hosted sender's webhook (django-anymail), or read in a mailbox.
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
MAIL_PROVIDER_SECRET = env.str("MAIL_PROVIDER_SECRET", "")
if MAIL_PROVIDER and ":" not in MAIL_PROVIDER_SECRET:
    raise ImproperlyConfigured(
        "MAIL_PROVIDER is set, so its webhook needs a secret: set MAIL_PROVIDER_SECRET to a name "
        "and a long random text with a colon between, and give both to the provider."
    )
ANYMAIL = {"WEBHOOK_SECRET": MAIL_PROVIDER_SECRET} if MAIL_PROVIDER_SECRET else {}
IS_MAILBOX = validate.Regexp("^(imaps?://.+|maildir:.+|$)")
BOUNCES_MAILBOX = env.str("BOUNCES_MAILBOX", "", validate=IS_MAILBOX)

# Answers by mail: where they go, and the mailbox that is read. Off while the mailbox is not set.
REPLY_MAILBOX = env.str("REPLY_MAILBOX", "", validate=IS_MAILBOX)
REPLY_ADDRESS = env.str("REPLY_ADDRESS", "", validate=validate.Regexp("^([^@+ ]+@[^@ ]+|$)"))
if bool(REPLY_MAILBOX) != bool(REPLY_ADDRESS):
    raise ImproperlyConfigured(
        "REPLY_ADDRESS and REPLY_MAILBOX belong together: the address that people answer to, and "
        "the mailbox in which those answers arrive. Set both or neither."
    )

# Background work: the database is the queue, Celery only the doorbell (docs/decisions/0002).
TICK_SECONDS = env.float("TICK_SECONDS", 60, validate=validate.Range(min=0.1))
OUTBOX_LEASE_SECONDS = env.float("OUTBOX_LEASE_SECONDS", 120, validate=validate.Range(min=1))
REDIS_URL = env.str("REDIS_URL", "", validate=validate.Regexp("^(rediss?://|$)"))
# Where each tick notes its moment outside the database, so that a restored backup is noticed.
SEEN_DIR = Path(env.str("SEEN_DIR", str(VAR_DIR / "seen")))
# A clock that is further off than this stops the engine (outbox/hold.py).
CLOCK_TOLERANCE_HOURS = env.float("CLOCK_TOLERANCE_HOURS", 2, validate=validate.Range(min=0.1))
# /healthz turns red when a part of the tick is silent, or a due mail waits, for so many minutes;
# /readyz for the mail.
SILENCE_MINUTES = env.float("SILENCE_MINUTES", 5, validate=validate.Range(min=1))
LATE_MINUTES = env.float("LATE_MINUTES", 15, validate=validate.Range(min=1))
# Whoever sends it reads /metrics. Without one only this machine does, past every proxy.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
CELERY_BROKER_URL = REDIS_URL or f"{folder_broker.SCHEME}://"
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        # A worker whose receipt Redis did not take would never ask for work again. Rings may be
        # lost, so they need no receipts.
        "ack_emulation": False,
    }
else:
    BROKER_DIR = VAR_DIR / "broker"
    for folder in ("queue", "control", "processed"):
        (BROKER_DIR / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
    # A process of a prefork pool that is killed while it waits takes the pool's lock with it, and
    # without Redis nobody gives the others a lock of their own: the worker would wait for ever.
    CELERY_WORKER_POOL = "threads"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "outbox.tick",
        "schedule": TICK_SECONDS,
        # A tick that waited longer than this has been overtaken by the next.
        "options": {"expires": max(TICK_SECONDS, 5)},
    }
}
if REPLY_MAILBOX or BOUNCES_MAILBOX:
    CELERY_BEAT_SCHEDULE["mailboxes"] = {
        "task": "outbox.mailboxes",
        "schedule": 120,
        "options": {"expires": 60},
    }

# Whether pages ring for the workers after a commit; the tick comes in any case.
DOORBELL = env.bool("DOORBELL", True)

# Tests only: a file whose number of seconds is added to the clock of every process.
TEST_CLOCK_FILE = env.str("TEST_CLOCK_FILE", "")

LOG_LEVEL = env.str(
    "LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # One tells of every page it lays out, the other of every server's form of report it tries.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "flufl.bounce")},
}
