from django.contrib.auth.models import Group, Permission

CURATED_APPS = ("regions", "priorities", "workshops")
BRING_IN = (
    "add_noteimport",
    "change_noteimport",
    "view_noteimport",
    "view_workshopnote",
)


def organisers() -> Group:
    """The group of people who curate: everything editorial, no accounts, no settings.

    Taking a person's data out for good is an administrator's.
    """
    group, _created = Group.objects.get_or_create(name="Organisers")
    group.permissions.set(
        Permission.objects.filter(content_type__app_label__in=CURATED_APPS).exclude(
            codename="redact_note"
        )
    )
    return group


def facilitators() -> Group:
    """The group of people who bring in notes, each for the regions of their account."""
    group, _created = Group.objects.get_or_create(name="Facilitators")
    group.permissions.set(
        Permission.objects.filter(
            content_type__app_label="workshops", codename__in=BRING_IN
        )
    )
    return group
