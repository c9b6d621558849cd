"""What all pages of a ballot share: who finds it, how it is shown, where they stand."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from ...models import Ballot


def found(request: HttpRequest, pk: int, to_change: bool = True) -> Ballot:
    """404 for what is not there, and for what one may not do with it, alike."""
    ballots = admin.site.get_model_admin(Ballot)
    ballot: Ballot = get_object_or_404(
        ballots.get_queryset(request).select_related(
            "edition", "region", "section", "audience"
        ),
        pk=pk,
    )
    may = ballots.has_change_permission if to_change else ballots.has_view_permission
    if not may(request, ballot):
        raise Http404
    return ballot


def may_run(request: HttpRequest, ballot: Ballot) -> bool:
    ballots = admin.site.get_model_admin(Ballot)
    return ballots.has_change_permission(request, ballot)


def may_accept(request: HttpRequest) -> bool:
    return request.user.has_perm("workshops.accept_ballot")


def show(
    request: HttpRequest,
    template: str,
    ballot: Ballot,
    title: Any,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "opts": Ballot._meta,
        "original": ballot,
        "ballot": ballot,
        "title": title,
        **context,
    }
    name = f"admin/workshops/ballots/{template}.html"
    return TemplateResponse(request, name, context, status=status)


def address(ballot: Ballot, name: str) -> str:
    return reverse(f"admin:workshops_ballot_{name}", args=[ballot.pk])
