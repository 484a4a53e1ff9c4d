"""Forms that a service saves: what it refuses is told beside the form."""

from abc import abstractmethod
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from wagtail.log_actions import log


class Saves:
    """Mixin of a pair of Wagtail's views: one that adds and one that edits.

    `refusal` is the service's own error; `store` calls the service with the valid form.
    """

    request: HttpRequest
    refusal: ClassVar[type[Exception]]

    @abstractmethod
    def store(self) -> Any:
        """Call the service with the valid form; returns the row."""

    def keep(self, action: str) -> Any:
        """Store, and note who did it."""
        saved: Model = self.store()
        log(instance=saved, action=action, user=self.request.user, content_changed=True)
        return saved

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except self.refusal as refused:
            form.add_error(None, str(refused))
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            answer = self.form_invalid(form)  # type: ignore[attr-defined]
        return answer
