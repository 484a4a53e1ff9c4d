"""The wallet, the public page of a certificate, its PDF, and what it says to programs."""

from typing import Any
from urllib.parse import quote

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import speaks_to_reader
from certificates import checking
from certificates import wallet as wallets
from certificates.badges import keys
from certificates.badges.views import document, for_machines, offered
from certificates.checking import Found
from certificates.models import Certificate, CertificateIssue
from certificates.services import issuing, prints
from certificates.staff import doors
from core.text import one_line

NOT_IN_FILE_NAMES = dict.fromkeys(map(ord, '/\\:*?"<>|'), " ")


@never_cache
@login_required
@speaks_to_reader
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """One's own certificates, newest first."""
    cards = wallets.cards(request.user)  # type: ignore[arg-type]
    context = {"cards": cards, "badges": bool(keys.known())}
    return render(request, "certificates/wallet.html", context)


@never_cache
@login_required
@speaks_to_reader
@require_POST
def name(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hide one's name on the public page, or show it again. 404 for others' certificates."""
    card = wallets.card(request.user, public_id)
    if card is None or card.issue is None:
        raise Http404
    hidden = request.POST.get("hidden") == "yes"
    issuing.hide_name(certificate=card.certificate.pk, hidden=hidden)
    if hidden:
        told = _("Your name no longer stands on the page of “%(course)s”.")
    else:
        told = _("Your name stands on the page of “%(course)s” again.")
    messages.success(request, told % {"course": card.title})
    return redirect(f"{reverse('certificates:wallet')}#{card.certificate.serial}")


# --- For whoever has the address


@never_cache
@require_safe
def certificate(request: HttpRequest, public_id: str, number: int | None = None) -> HttpResponse:
    """What is true of a certificate, or of one print of it: 4 queries, and no session.

    404 for what was never issued, with what to look at.
    """
    found = checking.look_up(public_id, number)
    if found is None:
        return render(request, "certificates/unknown.html", {"code": public_id}, status=404)
    context = {
        "found": found,
        "said": found.said,
        "issue": found.issue,
        "last_day": found.said.last_day if found.said else found.issue.expires_at,
        "certificate": found.certificate,
        "code": _code(found.address),
        "badge": offered(found) and not found.certificate.name_hidden,
    }
    return render(request, "certificates/certificate.html", context)


def _code(address: str) -> SafeString:
    """The address as a picture to scan."""
    drawn = segno.make(address, error="m", micro=False)
    return mark_safe(drawn.svg_inline(border=0, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S308 - drawn, not written


@never_cache
@require_safe
def yours(request: HttpRequest, public_id: str) -> HttpResponse:
    """The part of the public page that is for its holder; nothing for everybody else."""
    card = wallets.card(request.user, public_id)
    context = {"card": card, "badges": bool(keys.known())}
    return render(request, "certificates/_yours.html", context)


@never_cache
@for_machines
def as_json(request: HttpRequest, public_id: str, number: int | None = None) -> HttpResponse:
    """The same as the page, for programs: documented in docs/certificates.md."""
    found = checking.look_up(public_id, number)
    if found is None:
        raise Http404
    return document(_said(found))


def _said(found: Found) -> dict[str, Any]:
    said, issue = found.said, found.issue
    told: dict[str, Any] = {
        "v": 1,
        "id": found.address,
        "certificate": prints.address(found.certificate),
        "status": found.status.value,
        "number": issue.number,
        "serial": issue.printed_serial,
        "issued_at": issue.issued_at.isoformat(),
        "expires_at": issue.expires_at.isoformat() if issue.expires_at else None,
        "revoked_because": found.reason or None,
        "replaced_by": prints.address(found.certificate, found.newer) if found.newer else None,
        "erased": said is None,
        "name_hidden": found.certificate.name_hidden,
        "name": found.name or None,
        "course": None,
        "issuer": None,
        "pdf_sha256": issue.pdf_sha256 or None,
        "badge": None,
    }
    if said is not None:
        outline = found.outline
        assert outline is not None
        told["course"] = {
            "title": said.course,
            "lineage": said.course_lineage,
            "release": said.release,
            "completed_on": said.completed_on,
            "score_percent": int(said.score) if said.score else None,
            "lessons": len(outline.lessons),
            "minutes": outline.minutes,
        }
        told["issuer"] = {"name": said.issuer, "url": said.issuer_url}
    if offered(found) and not found.certificate.name_hidden:
        args = [found.certificate.public_id, issue.number]
        told["badge"] = keys.absolute(reverse("certificates:badge", args=args))
    return told


@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Where somebody types a code or an address; leads to the certificate's page."""
    typed = one_line(request.GET.get("code", ""))[:300]
    if typed and (place := checking.place(typed)) is not None:
        public_id, number = place
        if checking.look_up(public_id, number) is not None:
            if number is None:
                return redirect("certificates:certificate", public_id)
            return redirect("certificates:print", public_id, number)
    return render(request, "certificates/check.html", {"typed": typed})


# --- The file


@never_cache
@login_required
@speaks_to_reader
@require_safe
def pdf(request: HttpRequest, public_id: str, number: int) -> HttpResponseBase:
    """The file, for its holder, for teachers of its course and for who sees all certificates."""
    rows = CertificateIssue.objects.filter(certificate__public_id=public_id, number=number)
    issue = rows.select_related("certificate__enrolment", "evidence").first()
    if issue is None or not may_download(request.user, issue.certificate):
        raise Http404
    if not hasattr(issue, "evidence") and not issue.pdf_sha256:
        raise Http404
    if not issue.pdf_sha256:
        return render(request, "certificates/being_made.html", {"issue": issue}, status=202)
    try:
        content = prints.file_of(issue)
    except prints.Lost:
        return render(request, "certificates/lost.html", {"issue": issue}, status=410)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = _as_file(issue)
    response["X-Robots-Tag"] = "noindex"
    return response


def may_download(user: Any, certificate: Certificate) -> bool:
    if certificate.enrolment.user_id == user.pk:
        return True
    return doors.may(user, doors.VIEW, certificate.course_id)


def _as_file(issue: CertificateIssue) -> str:
    """A name of letters that every browser takes, and the one with the course's title."""
    plain = f"certificate-{issue.printed_serial}.pdf"
    if not hasattr(issue, "evidence"):
        return f'attachment; filename="{plain}"'
    title = one_line(issue.evidence.data["course"]).translate(NOT_IN_FILE_NAMES)
    full = quote(f"{title[:80].strip()} {issue.printed_serial}.pdf", safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
