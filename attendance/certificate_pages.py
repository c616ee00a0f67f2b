"""Certificates: who gets one, the papers, and the page that says whether one is valid."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from attendance import certificate_pdf
from attendance import certificates as giving
from attendance.models import Certificate, CertificateRule
from coalitions import clock
from coalitions.pdf import NoPdfError
from cohorts.access import MANAGE_COHORT, READ_COHORT, SignedIn, cohort_door, open_to_all
from cohorts.models import Cohort

UNPROCESSABLE = 422


class RuleForm(forms.ModelForm):
    """The cohort's threshold."""

    class Meta:
        model = CertificateRule
        fields = ["threshold"]


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def certificates(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Everybody's share of the week: set the threshold, give certificates, take them back."""
    rule = CertificateRule.objects.filter(cohort=cohort).first() or CertificateRule(cohort=cohort)
    threshold, form = rule.threshold, RuleForm(instance=rule)
    if request.method == "POST":
        match request.POST.get("do"):
            case "threshold":
                form = RuleForm(request.POST, instance=rule)
                if form.is_valid():
                    _keep_threshold(cohort, form.cleaned_data["threshold"])
                    messages.success(request, _("Saved."))
                    return redirect("certificates", cohort.pk)
            case "issue":
                _issue(request, cohort)
                return redirect("certificates", cohort.pk)
            case what:
                _change(request, cohort, what or "")
                return redirect("certificates", cohort.pk)
    standings = giving.standings(cohort, threshold)
    context = {
        "cohort": cohort,
        "form": form,
        "standings": standings,
        "threshold": threshold,
        "is_time": giving.is_time(cohort, clock.now()),
        "waiting": sum(one.is_waiting for one in standings),
        "valid": sum(bool(one.certificate and not one.certificate.revoked_at) for one in standings),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "attendance/certificates.html", context, status=status)


def _keep_threshold(cohort: Cohort, threshold: int) -> None:
    CertificateRule.objects.update_or_create(cohort=cohort, defaults={"threshold": threshold})


def _issue(request: SignedIn, cohort: Cohort) -> None:
    now = clock.now()
    if not giving.is_time(cohort, now):
        messages.warning(request, _("Certificates can be given from the last day of the week on."))
        return
    count = giving.issue(cohort, by=request.user, now=now)
    sentence = ngettext(
        "%(count)d certificate is given.", "%(count)d certificates are given.", count
    )
    messages.success(request, sentence % {"count": count})


def _change(request: SignedIn, cohort: Cohort, what: str) -> None:
    """Take back or give back one; its id is in the form."""
    chosen = request.POST.get("certificate", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 18):
        raise Http404
    certificate = get_object_or_404(_papers(cohort), pk=int(chosen))
    who, now = {"who": certificate.name}, clock.now()
    if what == "revoke" and giving.revoke(certificate, by=request.user, now=now):
        messages.success(request, _("The certificate of %(who)s is withdrawn.") % who)
    elif what == "give_back" and giving.give_back(certificate, by=request.user, now=now):
        messages.success(request, _("The certificate of %(who)s is valid again.") % who)


def _papers(cohort: Cohort) -> QuerySet[Certificate]:
    return Certificate.objects.filter(cohort=cohort).select_related("cohort__program", "person")


@require_safe
@cohort_door(may=MANAGE_COHORT)
def certificates_pdf(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """All valid certificates of the cohort, to print at once."""
    papers = list(_papers(cohort).filter(revoked_at__isnull=True).order_by("name", "pk"))
    return _download(request, cohort, papers, "certificates", or_else="certificates")


@require_safe
@cohort_door(may=MANAGE_COHORT)
def certificate_pdf_of(request: SignedIn, cohort: Cohort, certificate_id: int) -> HttpResponse:
    """One person's certificate."""
    papers = _papers(cohort).filter(revoked_at__isnull=True)
    paper = get_object_or_404(papers, pk=certificate_id)
    return _download(request, cohort, [paper], f"certificate-{paper.pk}", or_else="certificates")


@require_safe
@cohort_door(may=READ_COHORT)
def my_certificate(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """One's own certificate; where there is none, a sentence."""
    papers = list(_papers(cohort).filter(person=request.user, revoked_at__isnull=True))
    return _download(request, cohort, papers, "certificate", or_else="cohort")


def _download(
    request: SignedIn, cohort: Cohort, papers: list[Certificate], name: str, *, or_else: str
) -> HttpResponse:
    if not papers:
        messages.warning(request, _("There is no certificate yet."))
        return redirect(or_else, cohort.pk)
    try:
        content = certificate_pdf.write(papers)
    except NoPdfError as error:
        messages.error(request, str(error))
        return redirect(or_else, cohort.pk)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@require_safe
@open_to_all("the 128 bits printed on the paper")
def certificate_check(request: HttpRequest, certificate: str) -> HttpResponse:
    """What a certificate says and whether it is valid, for whoever holds it."""
    papers = Certificate.objects.select_related("cohort__program")
    paper = get_object_or_404(papers, token=certificate)
    response = render(request, "attendance/certificate_check.html", {"certificate": paper})
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
