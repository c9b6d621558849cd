"""My work: all that waits for one person, line by line, each a link to exactly that."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from agenda import answering
from agenda.models import Solution
from priorities import work
from priorities.work import Line
from translations.forms import language_name
from translations.units import TO_DO, progress
from workshops.models import NoteImport


def lines(user: User) -> list[Line]:
    found = [
        *work.lines(user),
        *empty(user),
        *files(user),
        *translations(user),
        *answering.lines(user),
        *solutions(user),
    ]
    return [line for line in found if line.count]


def empty(user: User) -> list[Line]:
    address = reverse("admin:priorities_recommendation_empty")
    label = _("Regions and audiences without an entry")
    return [Line(label, len(work.empty_cells(user)), address)]


def files(user: User) -> list[Line]:
    """Files of one's own that were checked and have not come in."""
    address = reverse("admin:workshops_noteimport_changelist")
    checked = NoteImport.Status.CHECKED
    own = NoteImport.objects.filter(uploaded_by=user, status=checked)
    query = f"status__exact={checked}&uploaded_by__id__exact={user.pk}"
    label = _("Files of notes checked, not brought in")
    return [Line(label, own.count(), f"{address}?{query}")]


def translations(user: User) -> list[Line]:
    languages = [code for code in settings.CONTENT_LANGUAGES if user.translates(code)]
    return [
        Line(
            _("To translate or to review: %s") % language_name(code),
            sum(counts.get(state, 0) for counts in found.values() for state in TO_DO),
            reverse("translations:language", args=[code]),
        )
        for code, found in progress(languages, user).items()
    ]


def solutions(user: User) -> list[Line]:
    """What partners reported, and nobody has read yet."""
    if not user.has_perm("agenda.publish_solution"):
        return []
    address = reverse("admin:agenda_solution_changelist")
    waiting = Solution.objects.filter(status=Solution.Status.IN_REVIEW)
    return [Line(_("Solutions to review"), waiting.count(), f"{address}?waits=review")]
