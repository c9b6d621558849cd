"""The page on which one entry becomes several."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regions.translated import direction

from .deciding import SeenField, must_decide, tell_done, versions
from .models import Audience, PriorityArea, Recommendation, Section
from .models.recommendation import MOST_PARTS, ChangedMeanwhile, Part

SENTENCE = re.compile(r"(?<=[.!?؟])\s+|\n+")


def sentences(text: str) -> list[str]:
    """The sentences of a text; the last part takes what is beyond the most."""
    found = [s.strip() for s in SENTENCE.split(text) if s.strip()]
    rest = " ".join(found[MOST_PARTS - 1 :])
    return [*found[: MOST_PARTS - 1], *filter(None, [rest])]


class PartForm(forms.Form):
    text = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea)
    audience = forms.ModelChoiceField(
        Audience.objects.filter(merged_into=None), label=_("Audience"), required=False
    )
    areas = forms.ModelMultipleChoiceField(
        PriorityArea.objects.none(), label=_("Priority areas"), required=False
    )

    def __init__(self, *args: Any, source: Recommendation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = source.original_language
        self.fields["text"].widget.attrs |= {
            "lang": code,
            "dir": direction(code),
            "rows": 3,
        }
        areas: Any = self.fields["areas"]
        areas.queryset = PriorityArea.objects.within_groups().filter(merged_into=None)
        if source.section.kind == Section.Kind.CONCERNS:
            del self.fields["audience"]

    def part(self) -> Part:
        data = self.cleaned_data
        return Part(data["text"].strip(), data.get("audience"), [*data["areas"]])


class Parts(forms.BaseFormSet):
    """Parts in the order of the page; those left empty are none."""

    def parts(self) -> list[Part]:
        return [p for form in self.forms if (p := form.part()).text]


PartFormSet = forms.formset_factory(
    PartForm, Parts, extra=0, max_num=MOST_PARTS, absolute_max=MOST_PARTS
)


class SplitForm(forms.Form):
    seen = SeenField(required=False)


def split(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    must_decide(request)
    source = model_admin.get_queryset(request).filter(pk=pk).first()
    if source is None or source.status == Recommendation.Status.ARCHIVED:
        raise Http404
    told = sentences(source.original("text").value)
    common = {"audience": source.audience, "areas": [*source.areas.all()]}
    texts = [*told, "", ""][: max(2, min(MOST_PARTS, len(told) + 2))]
    parts: Any = PartFormSet(
        request.POST or None,
        initial=[{"text": text} | common for text in texts],
        form_kwargs={"source": source},
    )
    seen = {"seen": SeenField.told(versions([source]))}
    form = SplitForm(request.POST or None, initial=seen)
    problems: list[str] = []
    status = 200
    if request.method == "POST" and parts.is_valid() and form.is_valid():
        try:
            made = Recommendation.objects.all().split(
                source, parts.parts(), form.cleaned_data["seen"]
            )
        except ChangedMeanwhile as error:
            problems, status = error.messages, 409
            form = SplitForm(initial=seen)
        except ValidationError as error:
            problems = error.messages
        else:
            references = _(", ").join(part.reference for part in made)
            tell_done(request, _("Split into %s.") % references)
            return HttpResponseRedirect(
                reverse("admin:priorities_recommendation_change", args=[made[0].pk])
            )
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Split %s") % source.reference,
        "opts": model_admin.opts,
        "source": source,
        "text": source.original("text"),
        "form": form,
        "parts": parts,
        "problems": problems,
    }
    return TemplateResponse(
        request, "admin/priorities/split.html", context, status=status
    )
