"""Two words for one thing become one: an area or an audience merged into another."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .deciding import must_decide, tell_done
from .models import (
    Audience,
    AudienceInclusion,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    Section,
)

REASON = gettext_noop("words merged")
Word = Audience | PriorityArea


@transaction.atomic
def merge(word: Word, target: Word, user_id: int | None = None) -> None:
    """Everything that carries `word` carries `target` from now on; its names lead there."""
    model: Any = type(word)
    rows = model._base_manager.select_for_update().filter(pk__in=[word.pk, target.pk])
    held = {row.pk: row for row in rows.order_by("pk")}
    word, target = held[word.pk], held[target.pk]
    must_be_mergeable(word, target)
    for row in [*word.merged.all(), word]:
        row.merged_into = target
        row._change_reason = REASON
        row.save()
    if isinstance(word, PriorityArea):
        move_area(word, target, user_id)
    else:
        move_audience(word, target, user_id)


def must_be_mergeable(word: Any, target: Any) -> None:
    if word.pk == target.pk:
        raise ValidationError(_("Choose another one than itself."))
    if word.merged_into_id or target.merged_into_id:
        raise ValidationError(_("One of the two is merged already. Undo that first."))
    if isinstance(word, PriorityArea):
        if bool(word.parent_id) != bool(target.parent_id):
            raise ValidationError(
                _("A group is merged into a group, and an area into an area.")
            )
        return
    included = AudienceInclusion.objects.filter(Q(joint=word) | Q(included=word))
    if included.exists():
        raise ValidationError(
            _(
                "“%s” includes others or is included in a joint audience. Take that away first, then merge it."
            )
            % word
        )


def move_area(area: PriorityArea, target: Any, user_id: int | None) -> None:
    links = RecommendationArea.objects.filter(area=area).values_list("pk", flat=True)
    every = Recommendation.objects.all()
    every.retag(RecommendationArea, dict.fromkeys(links, target.pk), REASON, user_id)
    for row in area.areas.all():
        row.parent, row._change_reason = target, REASON  # type: ignore[attr-defined]
        row.save()
    for synonym in area.synonyms.all():
        synonym.area, synonym._change_reason = target, REASON  # type: ignore[attr-defined]
        synonym.save()
    for code in settings.CONTENT_LANGUAGES:
        target.answer_to(code, getattr(area, f"name_{code}"))


def move_audience(audience: Audience, target: Any, user_id: int | None) -> None:
    every = Recommendation.objects.all()
    rows = list(every.select_for_update().filter(audience=audience).order_by("pk"))
    for row in rows:
        row.audience = target
    every.change_all(rows, REASON, user_id)
    for section in Section.objects.filter(audience=audience):
        section.audience, section._change_reason = target, REASON  # type: ignore[attr-defined]
        section.save()


class MergeWordForm(forms.Form):
    target: Any = forms.ModelChoiceField(Audience.objects.none())

    def __init__(self, word: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = type(word).objects.filter(merged_into=None).exclude(pk=word.pk)
        if isinstance(word, PriorityArea):
            rows = rows.filter(parent__isnull=word.parent_id is None)
        target: Any = self.fields["target"]
        target.queryset, target.label = rows, _("Merge into")


def page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    must_decide(request)
    word = model_admin.get_queryset(request).filter(pk=pk).first()
    if word is None or not model_admin.has_change_permission(request, word):
        raise Http404
    form = MergeWordForm(word, request.POST or None)
    if request.method == "POST" and form.is_valid():
        target = form.cleaned_data["target"]
        try:
            merge(word, target, request.user.pk)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            tell_done(
                request,
                _("“%(word)s” is “%(target)s” now.") % {"word": word, "target": target},
            )
            name = f"admin:priorities_{model_admin.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[target.pk]))
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Merge “%s” into another") % word,
        "opts": model_admin.opts,
        "word": word,
        "form": form,
    }
    return TemplateResponse(request, "admin/priorities/merge_word.html", context)
