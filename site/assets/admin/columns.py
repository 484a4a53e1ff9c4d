"""Columns of the listing of films."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn


class PosterTitleColumn(TitleColumn):
    cell_template_name = "assets/admin/title_cell.html"


class StateColumn(Column):
    cell_template_name = "assets/admin/state_cell.html"


class LanguagesColumn(Column):
    def get_value(self, instance: Any) -> str:
        return ", ".join(caption.language for caption in instance.captions.all())


class DurationColumn(Column):
    cell_template_name = "assets/admin/duration_cell.html"


class SizeColumn(Column):
    cell_template_name = "assets/admin/size_cell.html"


# Left out on phones.
WIDE = "videos-wide"
COLUMNS = [
    StateColumn("state", label=_("State"), sort_key="state"),
    DurationColumn("duration_ms", label=_("Length"), sort_key="duration_ms", classname=WIDE),
    LanguagesColumn("captions", label=_("Captions"), classname=WIDE),
    SizeColumn("size", label=_("Size"), sort_key="size", classname=WIDE),
    Column("collection", label=_("Collection"), classname=WIDE),
]
