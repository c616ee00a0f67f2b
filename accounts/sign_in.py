"""Signing in by a code sent by e-mail, and signing out."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.logout import logout
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.stages import LoginStage
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import AskForCodeForm, CodeForm

UNPROCESSABLE = 422


class AskForCode(RequestLoginCodeView):
    """Asks for the address. An unknown one is answered like a known one; the mail differs."""

    template_name = "account/login.html"
    form_class = AskForCodeForm
    http_method_names = ["get", "head", "post"]

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=UNPROCESSABLE)

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse:
        """Someone whose code is under way goes on there, and to where they are going now."""
        return redirect(self.passthrough_next_url(reverse(stage.urlname or "account_login")))


class ConfirmCode(ConfirmLoginCodeView):
    """Asks for the code; sends another one; says why a code does not count any more."""

    form_class = CodeForm
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        was_waiting = LOGIN_SESSION_KEY in request.session
        answer = super().dispatch(request, *args, **kwargs)
        if getattr(self, "_process", None) or request.user.is_authenticated:
            return answer
        if was_waiting:
            messages.error(request, _("The code has expired. Ask for a new one."))
        else:
            messages.info(request, _("Ask for a code first; it goes to your e-mail address."))
        return self._begin_again()

    def form_invalid(self, form: Form) -> HttpResponse:
        if self._process.record_invalid_attempt():
            context = self.get_context_data(form=form)
            return self.render_to_response(context, status=UNPROCESSABLE)
        messages.error(
            self.request,
            _("That was wrong too often, so this code no longer counts. Ask for a new one."),
        )
        return self._begin_again()

    def _resend_form_valid(self, form: Form) -> HttpResponse:
        # The new code has its own full time; the tries are not given back.
        self._process.state["at"] = time.time()
        messages.success(
            self.request, _("A new code is on its way. The earlier one no longer counts.")
        )
        return super()._resend_form_valid(form)

    def _begin_again(self) -> HttpResponse:
        return redirect(self.passthrough_next_url(reverse("account_login")))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        minutes = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
        left = self._process.max_attempts - self._process.state["failed_attempts"]
        return context | {"minutes": minutes, "tries_left": left}


login = AskForCode.as_view()
confirm_login_code = ConfirmCode.as_view()


@require_GET
def invited(request: HttpRequest) -> HttpResponse:
    """Where others sign up: says that here one is invited."""
    return render(request, "account/invited.html")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, and let the browser forget what it kept of us: pages and unsent words."""
    logout(request)
    to = get_next_redirect_url(request) or resolve_url(settings.ACCOUNT_LOGOUT_REDIRECT_URL)
    answer = redirect(to)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
