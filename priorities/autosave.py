"""What is typed and not yet saved waits on the server, for whoever typed it alone."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from regions.conflicts import latest
from regions.differences import Piece, word_by_word
from regions.keys import is_key

from .models import Autosave, Recommendation
from .models.autosave import TEXTS

MOST = 20_000  # characters of one text that are kept
TAKE = "take"  # `?autosave=take` opens the form with what waits


@dataclass(frozen=True)
class Offer:
    """What waits, beside what is saved."""

    autosave: Autosave
    differences: list[tuple[str, list[Piece]]]
    is_older: bool  # somebody saved the entry since


def waiting(user: User, recommendation: Recommendation) -> Autosave | None:
    return Autosave.objects.of(user, recommendation).living().first()


def offer(user: User, recommendation: Recommendation) -> Offer | None:
    autosave = waiting(user, recommendation)
    if autosave is None:
        return None
    differences = [
        (
            str(Recommendation._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            word_by_word(getattr(recommendation, name) or "", autosave.data[name]),
        )
        for name in TEXTS
        if name in autosave.data
    ]
    is_older = autosave.version != latest(recommendation)
    return Offer(autosave, differences, is_older)


def take_up(autosave: Autosave, recommendation: Any) -> None:
    """Into the row in memory, with the version it was typed over: saving compares."""
    for name in TEXTS:
        if name in autosave.data:
            setattr(recommendation, name, autosave.data[name])
    recommendation.version = autosave.version


def typed(request: HttpRequest) -> dict[str, str]:
    return {
        name: request.POST[name].replace("\r\n", "\n")
        for name in TEXTS
        if name in request.POST
    }


@transaction.atomic
def keep(request: HttpRequest, user: User, recommendation: Recommendation) -> Any:
    """Keep what differs from what is saved; nothing, when nothing does."""
    Autosave.objects.expired().delete()
    texts = typed(request)
    if any(len(text) > MOST for text in texts.values()):
        told = _("This text is too long to be kept. Save it in parts.")
        return JsonResponse({"told": told}, status=413)
    data = {
        name: text
        for name, text in texts.items()
        if text.strip() != (getattr(recommendation, name) or "").strip()
    }
    if not data:
        Autosave.objects.of(user, recommendation).delete()
        return HttpResponse(status=204)
    version = request.POST.get("version", "")
    now = timezone.now()
    Autosave.objects.update_or_create(
        user=user,
        recommendation=recommendation,
        defaults={
            "data": data,
            "version": int(version) if is_key(version) else None,
            "saved_at": now,
        },
    )
    told = _("Kept for you at %s, not saved yet.") % date_format(now, "TIME_FORMAT")
    return JsonResponse({"told": told})
