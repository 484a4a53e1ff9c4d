"""What a release changes about the certificate of its course, in words for who releases it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from course_pages import outline, tree
from course_pages.models.course import Course
from course_pages.models.pages import CoursePage
from course_pages.outline import CertificateRule


def of_page(course: Course, page: CoursePage) -> str:
    """Of a release of this page, published or drafted, for learners of the live one; "" for
    nothing new. Two queries at the most where the page chooses a design.
    """
    if course.live_release is None:
        return ""
    return between(outline.load(course.live_release.outline_id).certificate, tree.rule_of(page))


def between(before: CertificateRule | None, after: CertificateRule | None) -> str:
    """Two rules compared; "" where they are the same."""
    if before == after:
        return ""
    if after is None:
        return _(
            "It gives no certificate any more. Who has completed the course keeps theirs; who is "
            "under way gets none."
        )
    if before is None:
        return _(
            "From then on the course gives a certificate: %(rule)s. Who has completed it before "
            "gets none by itself."
        ) % {"rule": words(after)}
    if words(before) == words(after):
        return _(
            "Its certificate looks different. Who has completed the course keeps theirs as it was "
            "printed; who is under way gets the new one."
        )
    return _(
        "Its certificate is given by another rule: %(rule)s. Who has completed the course keeps "
        "theirs; for who is under way the new rule holds from then on."
    ) % {"rule": words(after)}


def words(rule: CertificateRule) -> str:
    """For what it is given, and for how long."""
    said = {
        "score": _("when it is completed with %(percent)s %% of the points in its quizzes"),
        "approved": _("when it is completed and a teacher has approved it"),
    }.get(rule.when, _("when it is completed"))
    said = said % {"percent": rule.percent} if rule.when == "score" else said
    if not rule.valid_months:
        return said
    lasts = ngettext("valid for %(n)s month", "valid for %(n)s months", rule.valid_months)
    return f"{said}, {lasts % {'n': rule.valid_months}}"
