from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegionsConfig(AppConfig):
    name = "regions"
    verbose_name = _("Editions and regions")

    def ready(self) -> None:
        from . import changes, models

        changes.watch(
            models.Edition,
            models.EditionPartner,
            models.Region,
            models.Country,
            models.RegionalForum,
        )
