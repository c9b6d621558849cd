from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgendaConfig(AppConfig):
    name = "agenda"
    verbose_name = _("Global agenda")

    def ready(self) -> None:
        from regions import changes

        content = (m for m in self.get_models() if not hasattr(m, "history_id"))
        changes.watch(*content)
