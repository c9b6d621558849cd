"""What people who work on an entry tell each other, and what they decide about it."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.letters import people_with, tell
from accounts.models import User

from .models import Comment, Recommendation

Kind = Comment.Kind
DONE = {
    Kind.COMMENT: gettext_lazy("Your comment is there."),
    Kind.SENT_BACK: gettext_lazy("Sent back; the people concerned are told."),
    Kind.APPROVED: gettext_lazy("Approved; an organiser can publish it."),
}


class CommentForm(forms.Form):
    kind = forms.ChoiceField(choices=Kind.choices)
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=gettext_lazy("Only people who work on this region read it."),
    )


def may(user: Any, recommendation: Recommendation) -> list[str]:
    """What somebody may say of an entry within their wall, kind by kind."""
    if not user.has_perm("priorities.add_comment"):
        return []
    in_review = recommendation.status == Recommendation.Status.IN_REVIEW
    if in_review and user.has_perm("priorities.review_recommendation"):
        return [Kind.COMMENT, Kind.SENT_BACK, Kind.APPROVED]
    return [Kind.COMMENT]


def context(user: Any, recommendation: Recommendation | None) -> dict[str, Any]:
    """What the page of an entry needs to show its comments."""
    if recommendation is None or not user.has_perm("priorities.view_comment"):
        return {}
    return {
        "comments": recommendation.comments.select_related("made_by"),
        "comment_form": CommentForm(),
        "may_say": may(user, recommendation),
    }


def say(request: HttpRequest, rows: Any, pk: int) -> HttpResponse:
    """Comment, send back or approve; `rows` are those within the wall."""
    user: Any = request.user
    with transaction.atomic():
        recommendation = rows.select_for_update(of=("self",)).filter(pk=pk).first()
        form = CommentForm(request.POST)
        if recommendation is None or not may(user, recommendation):
            raise Http404
        if form.is_valid() and form.cleaned_data["kind"] in may(user, recommendation):
            try:
                decide(request, recommendation, **form.cleaned_data)
                messages.success(request, DONE[form.cleaned_data["kind"]])
            except ValidationError as error:
                for message in error.messages:
                    messages.error(request, message)
        else:
            messages.error(
                request, _("This is no longer possible: somebody was quicker.")
            )
    name = "admin:priorities_recommendation_change"
    return HttpResponseRedirect(reverse(name, args=[pk]) + "#comments")


def decide(
    request: HttpRequest, recommendation: Recommendation, kind: str, text: str
) -> None:
    user: Any = request.user
    if kind == Kind.SENT_BACK:
        told = concerned(recommendation)
        recommendation.send_back(user, text)
        tell(request, told, lambda: _("An entry was sent back to you, with a comment."))
    elif kind == Kind.APPROVED:
        recommendation.approve(user, text)
    else:
        recommendation.comment(user, Kind.COMMENT, text)
        told = concerned(recommendation)
        tell(request, told, lambda: _("There is a new comment on an entry of yours."))


def concerned(recommendation: Recommendation) -> list[User]:
    """Who takes care of an entry, sent it to review, or has commented on it."""
    keys = {recommendation.assigned_to_id, recommendation.sent_to_review_by()}
    keys |= set(recommendation.comments.values_list("made_by", flat=True))
    return list(User.objects.filter(pk__in=filter(None, keys)))


def tell_reviewers(request: HttpRequest, rows: Iterable[Recommendation]) -> None:
    """That entries wait for review: to the reviewers of each region, else the organisers."""
    by_region: dict[str, int] = {}
    for row in rows:
        by_region[row.region.slug] = by_region.get(row.region.slug, 0) + 1
    waiting: dict[User, int] = {}
    for region, count in by_region.items():
        reviewers = people_with("priorities.review_recommendation", region)
        own = [person for person in reviewers if not person.works_everywhere]
        for person in own or reviewers:
            waiting[person] = waiting.get(person, 0) + count
    for person, count in waiting.items():
        tell(request, [person], partial(waiting_for_review, count))


def waiting_for_review(count: int) -> str:
    told = ngettext(
        "%d entry waits for your review.", "%d entries wait for your review.", count
    )
    return told % count


def tell_assigned(request: HttpRequest, person: User, count: int) -> None:
    tell(request, [person], partial(given, count))


def given(count: int) -> str:
    told = ngettext(
        "%d entry was assigned to you.", "%d entries were assigned to you.", count
    )
    return told % count
