"""Only what is needed of allauth is routed, under the names by which it finds itself."""

from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from accounts import sign_in, views

urlpatterns = [
    path("accounts/login/", sign_in.login, name="account_login"),
    path("accounts/login/", sign_in.login, name="account_request_login_code"),
    path("accounts/code/", sign_in.confirm_login_code, name="account_confirm_login_code"),
    path("accounts/logout/", sign_in.sign_out, name="account_logout"),
    path("accounts/invited/", sign_in.invited, name="account_signup"),
    path("accounts/2fa/", mfa.index, name="mfa_index"),
    path("accounts/2fa/code/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("accounts/2fa/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/recovery/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery/file/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("me/", views.profile, name="profile"),
    path("me/time-zone/", views.guess_time_zone, name="guess_time_zone"),
    path("me/sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("language/", views.set_language, name="set_language"),
]
