"""Sign-in by code, a second factor, and oneself. Of allauth's doors only those that are needed."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path

from accounts import views

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/login/", account.login, name="account_request_login_code"),
    path("accounts/login/code/", account.confirm_login_code, name="account_confirm_login_code"),
    path("accounts/logout/", views.log_out, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/by-invitation/", views.by_invitation, name="account_signup"),
    path("accounts/second-factor/", mfa.index, name="mfa_index"),
    path("accounts/second-factor/code/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/second-factor/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("accounts/second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "accounts/second-factor/recovery/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/second-factor/recovery/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/second-factor/recovery/file/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("me/", views.profile, name="profile"),
    path("me/time-zone/", views.guess_time_zone, name="guess_time_zone"),
    path("me/device-key/", views.device_key, name="device_key"),
    path("device/", views.shared_device, name="shared_device"),
    path("language/", views.set_language, name="set_language"),
]
