from django.contrib.auth.models import Group, Permission

CURATED_APPS = ("regions", "priorities")


def organisers() -> Group:
    """The group of people who curate: everything editorial, no accounts, no settings."""
    group, _created = Group.objects.get_or_create(name="Organisers")
    group.permissions.set(
        Permission.objects.filter(content_type__app_label__in=CURATED_APPS)
    )
    return group
