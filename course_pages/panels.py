"""What the editor says about releases on every page below a course."""

from typing import Any

from wagtail.admin.panels import Panel


class ReleaseStatusPanel(Panel):
    """One line at the top of the editor: released, or ahead of what learners see."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "course_pages/admin/release_status.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from course_pages import status

            return super().get_context_data(parent_context) | {
                "status": status.of_page(self.instance),
                "page": self.instance,
            }

        def is_shown(self) -> bool:
            return bool(self.instance.pk) and super().is_shown()
