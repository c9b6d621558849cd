"""An entry as participants read it, while it is being written."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regions.translated import Text

from .models import Recommendation

MOST = 20_000  # characters of one text that are shown


def texts_of(recommendation: Recommendation) -> list[Text]:
    """In every language that has one, the reader's own first."""
    return [text for text in recommendation.every("text") if text.value]


def preview(request: HttpRequest, recommendation: Any) -> HttpResponse:
    """The texts as they are typed; nothing is saved."""
    for code in settings.CONTENT_LANGUAGES:
        typed = request.POST.get(f"text_{code}")
        if typed is not None:
            setattr(recommendation, f"text_{code}", typed[:MOST].strip() or None)
    context = {"texts": texts_of(recommendation)}
    name = "admin/priorities/recommendation/_texts.html"
    return render(request, name, context)
