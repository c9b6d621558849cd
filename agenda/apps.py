from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgendaConfig(AppConfig):
    name = "agenda"
    verbose_name = _("Global agenda")

    def ready(self) -> None:
        from priorities.booklet import gathering
        from priorities.opendata import tables
        from regions import changes
        from translations import units

        from . import api, chapter, data, solutions_api, solutions_data, texts  # noqa: F401

        gathering.MORE.append(chapter.chapters)
        tables.TABLES.update(data.TABLES | solutions_data.TABLES)
        units.KINDS += texts.KINDS
        content = (m for m in self.get_models() if not hasattr(m, "history_id"))
        changes.watch(*content)
