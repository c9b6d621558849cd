"""Who may do what. A role is a group of Django's; what it may is written here alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

# Words of the vocabularies: whoever writes entries looks them up.
VOCABULARY = tuple(
    f"{app}.view_{model}"
    for app, model in (
        ("regions", "region"),
        ("regions", "country"),
        ("regions", "regionalforum"),
        ("priorities", "audience"),
        ("priorities", "priorityarea"),
        ("priorities", "instrument"),
    )
)
READ = (
    *VOCABULARY,
    "priorities.view_section",
    "priorities.view_recommendation",
    "priorities.view_comment",
    "priorities.view_recommendationarea",
    "priorities.view_recommendationcountry",
    "priorities.view_recommendationinstrument",
)
TAGS = tuple(
    f"priorities.{action}_recommendation{term}"
    for term in ("area", "country", "instrument")
    for action in ("add", "change", "delete")
)
NOTES = (
    "workshops.add_noteimport",
    "workshops.change_noteimport",
    "workshops.view_noteimport",
    "workshops.view_workshopnote",
)
SUCCESSION = tuple(
    f"priorities.{action}_succession" for action in ("view", "add", "change", "delete")
)
REPORTS = ("priorities.view_problemreport", "priorities.add_problemreport")
BALLOTS = tuple(f"workshops.{action}_ballot" for action in ("view", "add", "change"))
AGENDA = (
    "agenda.view_globalpriority",
    "agenda.view_support",
    "agenda.view_stance",
    "agenda.view_protectedplace",
    "agenda.view_solution",
    "agenda.view_evidence",
)
CURATED_APPS = ("regions", "priorities", "workshops", "agenda")


@dataclass(frozen=True)
class Role:
    slug: str
    group: str
    label: Any
    sentence: Any
    permissions: tuple[str, ...]

    def as_group(self) -> Group:
        """The group of this role, with exactly its permissions."""
        group, _created = Group.objects.get_or_create(name=self.group)
        group.permissions.set(
            permission
            for permission in Permission.objects.select_related("content_type")
            if self.gives(permission)
        )
        return group

    def gives(self, permission: Permission) -> bool:
        app = permission.content_type.app_label
        everything = self.slug == "organiser" and app in CURATED_APPS
        if everything and permission.codename != "redact_note":
            return True
        return f"{app}.{permission.codename}" in self.permissions


ROLES = [
    Role(
        "facilitator",
        "Facilitators",
        _("Facilitator"),
        _(
            "Brings workshop notes, edits drafts and sends them to review, opens ballots and answers global priorities: for the regions below."
        ),
        (
            *READ,
            *TAGS,
            *NOTES,
            *BALLOTS,
            *AGENDA,
            *SUCCESSION,
            *REPORTS,
            "agenda.answer_globalpriority",
            "priorities.add_recommendation",
            "priorities.change_recommendation",
            "priorities.add_comment",
        ),
    ),
    Role(
        "reviewer",
        "Reviewers",
        _("Reviewer"),
        _(
            "Reads what waits for review in the regions below, approves it or sends it back; translates and reviews translations into the languages below."
        ),
        (
            *READ,
            "priorities.add_comment",
            "priorities.review_recommendation",
            "priorities.translate_recommendation",
        ),
    ),
    Role(
        "organiser",
        "Organisers",
        _("Organiser"),
        _("Everything editorial in every region, publishing included."),
        (),
    ),
    Role(
        "partner",
        "Partners",
        _("Partner"),
        _("Reports what their organisation does about a priority; nothing else."),
        (
            *VOCABULARY,
            "agenda.view_globalpriority",
            "agenda.view_solution",
            "agenda.add_solution",
            "agenda.change_solution",
            "agenda.view_evidence",
            "agenda.add_evidence",
            "agenda.change_evidence",
        ),
    ),
    Role(
        "administrator",
        "Administrators",
        _("Administrator"),
        _(
            "Opens and closes accounts, and takes a person’s data out for good. Curates nothing."
        ),
        (
            "accounts.view_user",
            "accounts.change_user",
            "accounts.view_invitation",
            "accounts.add_invitation",
            "accounts.change_invitation",
            "regions.every_region",
            "workshops.view_noteimport",
            "workshops.view_workshopnote",
            "workshops.redact_note",
            "workshops.view_redaction",
        ),
    ),
    Role(
        "observer",
        "Observers",
        _("Observer"),
        _("Reads the drafts of the regions below; changes nothing."),
        (*READ, *AGENDA, "workshops.view_ballot"),
    ),
]
BY_SLUG = {role.slug: role for role in ROLES}


def assign(user: Any, slugs: Iterable[str]) -> None:
    """Give somebody exactly these roles; other groups of theirs stay."""
    wanted = set(slugs)
    others = user.groups.exclude(name__in=[role.group for role in ROLES])
    user.groups.set(
        [*others, *(role.as_group() for role in ROLES if role.slug in wanted)]
    )


def bring_up_to_date(app_config: Any, **_signal: Any) -> None:
    """After the last app has migrated: roles that somebody has may what they may now."""
    *_others, last = (app for app in apps.get_app_configs() if app.models_module)
    if app_config == last:
        held = set(Group.objects.values_list("name", flat=True))
        for role in ROLES:
            if role.group in held:
                role.as_group()
