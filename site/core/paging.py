"""Pages of long lists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Window


class OneStatementPaginator(Paginator):
    """Reads a page and the number of all rows by one statement; a page beyond the end takes two."""

    def get_page(self, number: Any) -> Page:
        text = str(number or 1)
        wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
        if wanted < 1:
            return super().get_page(number)
        begin = (wanted - 1) * self.per_page
        found: Any = self.object_list
        rows = list(found.annotate(in_all=Window(Count("*")))[begin : begin + self.per_page])
        if not rows and wanted > 1:
            return super().get_page(number)
        self.count = rows[0].in_all if rows else 0
        return Page(rows, wanted, self)
