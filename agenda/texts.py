"""What translators find of the agenda among their texts."""

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from translations.units import kinds_of

from .models import GlobalPriority, ProtectedPlace, Solution, Stance

PUBLIC = GlobalPriority.objects.published()
ANSWERED = Q(version=F("priority__version"))
ANSWERED_IN_PUBLIC = Q(
    priority__in=PUBLIC.values("pk"), version=F("priority__published_version")
)
KINDS = [
    *kinds_of(
        "priority",
        GlobalPriority,
        ("reference",),
        {
            "title": _("title of a global priority"),
            "statement": _("statement of a global priority"),
            "rationale": _("rationale of a global priority"),
        },
        related=("edition",),
        wanted=~Q(status=GlobalPriority.Status.WITHDRAWN),
        public=Q(pk__in=PUBLIC.values("pk")),
    ),
    *kinds_of(
        "stance",
        Stance,
        ("priority__reference", "version", "region__slug"),
        {"reason": _("why a region has a reservation or objects")},
        region="region__slug",
        related=("priority", "region"),
        wanted=ANSWERED | ANSWERED_IN_PUBLIC,
        public=ANSWERED_IN_PUBLIC,
    ),
    *kinds_of(
        "place",
        ProtectedPlace,
        ("recommendation__reference",),
        {"left_because": _("why a priority is left to its region")},
        related=("recommendation",),
        public=Q(
            recommendation__section__regional_forum__edition__in=PUBLIC.values(
                "edition"
            )
        ),
    ),
    *kinds_of(
        "solution",
        Solution,
        ("pk",),
        {
            "what": _("what a solution does"),
            "sign": _("sign of success of a solution"),
            "dropped_because": _("why a solution was dropped"),
        },
        related=("priority", "recommendation"),
        wanted=Q(change_of=None) & ~Q(status=Solution.Status.WITHDRAWN),
        public=Q(pk__in=Solution.objects.published().values("pk")),
    ),
]
