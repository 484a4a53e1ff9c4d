"""The wallet, the public page of a certificate, and its PDF."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from certificates import files, standing
from certificates.models import Certificate, CertificateIssue


@never_cache
@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """One's own certificates, newest first."""
    rows = Certificate.objects.filter(enrolment__user=request.user.pk)
    rows = rows.select_related("current__evidence", "course")
    return render(request, "certificates/wallet.html", {"certificates": rows})


@never_cache
@require_safe
def certificate(request: HttpRequest, public_id: str, number: int | None = None) -> HttpResponse:
    """What is true of a certificate, or of one print of it, for whoever has its address."""
    found = standing.find(public_id, number)
    if found is None:
        raise Http404
    return render(request, "certificates/certificate.html", {"standing": found})


@never_cache
@login_required
@require_safe
def pdf(request: HttpRequest, public_id: str, number: int) -> HttpResponseBase:
    """The file, for its holder. 404 for everybody else, and until it is made."""
    rows = CertificateIssue.objects.filter(
        certificate__public_id=public_id,
        certificate__enrolment__user=request.user.pk,
        number=number,
    )
    issue = rows.select_related("certificate").first()
    if issue is None or not issue.pdf_sha256:
        raise Http404
    content = files.read(issue.pdf_sha256)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"certificate-{issue.printed_serial}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
