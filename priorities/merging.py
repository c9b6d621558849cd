"""The page on which several entries become one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from regions.keys import is_key
from regions.translated import Text, direction

from .deciding import SeenField, must_decide, tell_done, versions
from .models import Recommendation
from .models.recommendation import UNITED, ChangedMeanwhile

MOST_ROWS = 10
TYPED = "typed"


def address(pks: Iterable[int]) -> str:
    rows = "&".join(f"row={pk}" for pk in pks)
    return f"{reverse('admin:priorities_recommendation_merge')}?{rows}"


def best(rows: list[Recommendation], code: str) -> Recommendation:
    """Whose text to propose: one somebody answers for before a draft, then the longest."""

    def worth(row: Recommendation) -> tuple[bool, int]:
        is_sure = row.state_in(code) in {"original", "reviewed"}
        return is_sure, len(getattr(row, f"text_{code}") or "")

    return max(rows, key=worth)


class MergeForm(forms.Form):
    stays = forms.ChoiceField(
        label=_("Which reference stays"), widget=forms.RadioSelect
    )
    rank = forms.ChoiceField(label=_("Rank"), required=False)
    lead = forms.ChoiceField(
        label=_("Lead"),
        required=False,
        choices=[("", _("as the one that stays")), ("yes", _("yes")), ("no", _("no"))],
    )
    seen = SeenField(required=False)

    def __init__(self, rows: list[Recommendation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(row.pk): row for row in rows}
        choice: Any = self.fields["stays"]
        choice.choices = [(pk, row.reference) for pk, row in self.rows.items()]
        public = [row for row in rows if row.is_published]
        self.initial["stays"] = str((public or rows)[0].pk)
        self.initial["seen"] = SeenField.told(versions(rows))
        ranks: Any = self.fields["rank"]
        ranks.choices = [
            ("", _("as the one that stays")),
            *(
                (pk, f"{row.rank} ({row.reference})")
                for pk, row in self.rows.items()
                if row.rank
            ),
        ]
        self.codes = [
            code
            for code in settings.CONTENT_LANGUAGES
            if any(getattr(row, f"text_{code}") for row in rows)
        ]
        for code in self.codes:
            self.fields[f"text_{code}"] = forms.ChoiceField(
                choices=[*((pk, pk) for pk in self.rows), (TYPED, TYPED)]
            )
            proposed = best(rows, code)
            self.initial[f"text_{code}"] = str(proposed.pk)
            attrs = {"lang": code, "dir": direction(code), "rows": 4}
            self.fields[f"typed_{code}"] = forms.CharField(
                label=_("Another text"),
                required=False,
                validators=[MaxLengthValidator(2000)],
                widget=forms.Textarea(attrs=attrs),
            )

    def languages(self) -> list[tuple[Any, str, list[Any], bool, Any]]:
        """By language: its name, the choices (row, text, chosen), typed, and where to type."""
        found = []
        for code in self.codes:
            chosen = str(self[f"text_{code}"].value())
            texts = [
                (row, Text(text, code, row.state_in(code)), chosen == pk)
                for pk, row in self.rows.items()
                if (text := getattr(row, f"text_{code}"))
            ]
            name = get_language_info(code)["name_translated"]
            is_typed = chosen == TYPED
            found.append((name, code, texts, is_typed, self[f"typed_{code}"]))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for code in self.codes:
            is_typed = data.get(f"text_{code}") == TYPED
            if is_typed and not (data.get(f"typed_{code}") or "").strip():
                self.add_error(f"typed_{code}", _("Type the text, or choose one."))
        stays, ranked = data.get("stays"), data.get("rank")
        if stays and ranked:
            sections = {self.rows[pk].section_id for pk in (stays, ranked)}
            if len(sections) > 1:
                self.add_error(
                    "rank", _("A rank holds in its own section, not in another.")
                )
        return data

    def texts(self) -> dict[str, Recommendation | str]:
        data = self.cleaned_data
        return {
            code: data[f"typed_{code}"].strip()
            if data[f"text_{code}"] == TYPED
            else self.rows[data[f"text_{code}"]]
            for code in self.codes
        }

    def changes(self) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if ranked := self.cleaned_data["rank"]:
            changes["rank"] = self.rows[ranked].rank
        if lead := self.cleaned_data["lead"]:
            changes["is_lead"] = lead == "yes"
        return changes

    def save(self) -> Recommendation:
        rows = dict(self.rows)
        stays = rows.pop(self.cleaned_data["stays"])
        return Recommendation.objects.all().merge(
            stays,
            rows.values(),
            self.texts(),
            self.changes(),
            self.cleaned_data["seen"],
        )

    def show_as_now(self) -> None:
        """What is typed stays; whoever sends it again has seen the entries as they are."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = self.initial["seen"]
        self.data = data


def merge(model_admin: Any, request: HttpRequest) -> HttpResponse:
    must_decide(request)
    asked = dict.fromkeys(request.GET.getlist("row"))
    if not (2 <= len(asked) <= MOST_ROWS and all(map(is_key, asked))):
        raise Http404
    found = model_admin.get_queryset(request).filter(pk__in=[*asked])
    found = found.select_related(*model_admin.list_select_related)
    rows = list(found.prefetch_related(*UNITED).order_by("pk"))
    if len(rows) != len(asked):
        raise Http404
    form = MergeForm(rows, request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            stays = form.save()
        except ChangedMeanwhile as error:
            form.add_error(None, error)
            form.show_as_now()
            status = 409
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            tell_done(request, _("Merged into %s.") % stays.reference)
            return HttpResponseRedirect(
                reverse("admin:priorities_recommendation_change", args=[stays.pk])
            )
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Merge entries"),
        "opts": model_admin.opts,
        "form": form,
        "rows": rows,
        "united": united(rows),
        "regions": {row.region for row in rows},
    }
    return TemplateResponse(
        request, "admin/priorities/merge.html", context, status=status
    )


def united(rows: list[Recommendation]) -> list[tuple[Any, list[str]]]:
    """What the one that stays will carry, by kind."""
    found = []
    for name in UNITED:
        terms = dict.fromkeys(term for row in rows for term in getattr(row, name).all())
        label = Recommendation._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        found.append((label, [str(term) for term in terms]))
    return found
