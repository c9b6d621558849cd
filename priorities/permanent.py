"""What the address of an entry answers for ever, whatever became of it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from .models import Recommendation


def answer(
    request: HttpRequest, reference: str, address: Callable[[str], str]
) -> Recommendation | HttpResponse:
    """The entry, if it is public; else what its address answers.

    Merged: on to the `address` of the other. Withdrawn: says so. Else: 404.
    """
    if reference != reference.upper():
        return redirect(address(reference.upper()))
    recommendation = get_object_or_404(
        Recommendation.objects.select_related(
            "section__regional_forum__edition",
            "section__regional_forum__region",
            "section__regional_forum__held_within__region",
            "audience",
            "merged_into",
        ),
        reference=reference,
        published_at__isnull=False,
        section__regional_forum__edition__published_at__isnull=False,
    )
    target = recommendation.merged_target()
    public = Recommendation.objects.published()
    if target is not None and public.filter(pk=target.pk).exists():
        return redirect(address(target.reference))
    if recommendation.is_published:
        return recommendation
    parts = public.filter(split_from=recommendation).order_by("pk")
    context: dict[str, Any] = {"recommendation": recommendation, "parts": parts}
    return render(
        request, "priorities/recommendation_withdrawn.html", context, status=410
    )
