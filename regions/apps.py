from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RegionsConfig(AppConfig):
    name = "regions"
    verbose_name = _("Editions and regions")

    def ready(self) -> None:
        from . import changes, kept, models

        post_migrate.connect(kept.keep, sender=self)
        changes.watch(
            models.Edition,
            models.EditionPartner,
            models.Region,
            models.Country,
            models.RegionalForum,
        )
