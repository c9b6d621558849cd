"""The next edition, opened from one before; nothing of that one moves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from regions.models import Edition, EditionPartner, RegionalForum
from regions.translated import OriginalText, direction

from .models import Section

TAKEN = _("There is an edition %s already.")


@dataclass(frozen=True)
class Wanted:
    """What of an edition is carried over into the next."""

    forums: Iterable[RegionalForum]
    dates: dict[int, dict[str, Any]]  # by forum: first and last day of the new one
    parts: bool
    sections: bool
    introductions: bool
    partners: bool


class DateInput(forms.DateInput):
    input_type = "date"


class NextEditionForm(forms.Form):
    year = forms.IntegerField(
        label=_("Year"),
        min_value=2000,
        max_value=2200,
        help_text=_("Part of every reference of the new edition; it never changes."),
    )
    forums = forms.ModelMultipleChoiceField(
        RegionalForum.objects.none(),
        label=_("Regions that hold a forum"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    parts = forms.BooleanField(
        label=_("Sub-regions that speak within a larger forum"),
        required=False,
        initial=True,
    )
    sections = forms.BooleanField(
        label=_("Sections: their headings, kinds, audiences and order"),
        required=False,
        initial=True,
    )
    introductions = forms.BooleanField(
        label=_("Introductions of the sections"), required=False
    )
    partners = forms.BooleanField(label=_("Partners"), required=False)

    def __init__(self, source: Edition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        own = source.forums.own().select_related("region", "edition")
        forums: Any = self.fields["forums"]
        forums.queryset = own.order_by("region__position")
        forums.label_from_instance = lambda forum: str(forum.region)
        self.fields["forums"].initial = [forum.pk for forum in own]
        self.forums_there = list(forums.queryset)
        self.add_texts()
        for forum in self.forums_there:
            for name, label in (("starts", _("first day")), ("ends", _("last day"))):
                self.fields[f"{name}_{forum.pk}"] = forms.DateField(
                    label=format_lazy("{}: {}", str(forum.region), label),
                    required=False,
                    widget=DateInput,
                )

    def add_texts(self) -> None:
        """Theme and place, language by language."""
        for name in ("theme", "place"):
            for code in settings.CONTENT_LANGUAGES:
                column: Any = Edition._meta.get_field(f"{name}_{code}")
                field = column.formfield()
                field.required = False
                field.widget.attrs |= {"lang": code, "dir": direction(code)}
                self.fields[f"{name}_{code}"] = field

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year <= self.source.year:
            raise ValidationError(
                _("The next edition comes after %s.") % self.source.year
            )
        if Edition.objects.filter(year=year).exists():
            raise ValidationError(TAKEN % year)
        return year

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for forum in self.forums_there:
            first, last = data.get(f"starts_{forum.pk}"), data.get(f"ends_{forum.pk}")
            if last and not first:
                self.add_error(f"starts_{forum.pk}", _("Say the first day too."))
            elif first and last and last < first:
                self.add_error(
                    f"ends_{forum.pk}", _("The last day comes before the first.")
                )
        if data.get("introductions") and not data.get("sections"):
            self.add_error(
                "introductions", _("Introductions come with their sections: tick both.")
            )
        return data

    def edition(self) -> Edition:
        """The new edition; its theme is original in the first language that has one."""
        names = [
            f"{name}_{code}"
            for name in ("theme", "place")
            for code in settings.CONTENT_LANGUAGES
        ]
        told = {name: self.cleaned_data[name] for name in names}
        spoken = [
            code
            for code in (self.source.original_language, *settings.CONTENT_LANGUAGES)
            if told[f"theme_{code}"]
        ]
        return Edition(
            year=self.cleaned_data["year"],
            horizon_years=self.source.horizon_years,
            report_email=self.source.report_email,
            original_language=[*spoken, self.source.original_language][0],
            **{
                name: value or ("" if "place" in name else None)
                for name, value in told.items()
            },
        )

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        dates = {
            forum.pk: {
                "starts_on": data[f"starts_{forum.pk}"],
                "ends_on": data[f"ends_{forum.pk}"],
            }
            for forum in self.forums_there
        }
        ticked = {name: data[name] for name in ("parts", "sections", "introductions")}
        return Wanted(data["forums"], dates, partners=data["partners"], **ticked)


@require_http_methods(["GET", "HEAD", "POST"])
def open_next(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("regions.add_edition"):
        raise Http404
    source = get_object_or_404(Edition, pk=pk)
    form = NextEditionForm(source, request.POST or None)
    if form.is_valid():
        try:
            edition = opened(form.edition(), source, form.wanted())
        except Taken:
            form.add_error("year", TAKEN % form.cleaned_data["year"])
        else:
            messages.success(
                request,
                _(
                    "Edition %s is open. Participants see nothing of it until you publish it."
                )
                % edition,
            )
            address = reverse("admin:regions_edition_change", args=[edition.pk])
            return HttpResponseRedirect(address)
    context = {
        **admin.site.each_context(request),
        "title": _("Open the next edition after %s") % source,
        "source": source,
        "form": form,
        "forums": [
            (forum, form[f"starts_{forum.pk}"], form[f"ends_{forum.pk}"])
            for forum in form.forums_there
        ],
        "texts": [
            form[f"{name}_{code}"]
            for name in ("theme", "place")
            for code in settings.CONTENT_LANGUAGES
        ],
    }
    return TemplateResponse(request, "admin/priorities/next_edition.html", context)


class Taken(Exception):
    """Somebody opened an edition of that year at the same moment."""


@transaction.atomic
def opened(edition: Edition, source: Edition, wanted: Wanted) -> Edition:
    """Keep the new edition, and copy into it what is wanted of its source."""
    try:
        with transaction.atomic():
            edition.save()
    except IntegrityError:
        raise Taken from None
    if wanted.partners:
        for partner in source.partners.all():
            EditionPartner.objects.create(
                edition=edition, role=partner.role, name=partner.name
            )
    for forum in wanted.forums:
        whole = copied_forum(forum, edition, wanted)
        if wanted.parts:
            for part in forum.parts.select_related("region"):
                copied_forum(part, edition, wanted, held_within=whole)
    return edition


def copied_forum(
    forum: RegionalForum,
    edition: Edition,
    wanted: Wanted,
    held_within: RegionalForum | None = None,
) -> RegionalForum:
    """The same region in the new edition; its counter starts anew."""
    copy = RegionalForum.objects.create(
        edition=edition,
        region=forum.region,
        held_within=held_within,
        original_language=forum.original_language,
        **wanted.dates.get(forum.pk, {}),
    )
    if wanted.sections:
        for section in forum.sections.all():
            texts = (
                ("heading", "introduction") if wanted.introductions else ("heading",)
            )
            copied = Section(
                regional_forum=copy,
                kind=section.kind,
                audience_id=section.audience_id,
                position=section.position,
            )
            take_texts(copied, section, texts)
            copied.save()
    return copy


def take_texts(copy: OriginalText, source: OriginalText, names: Iterable[str]) -> None:
    """Texts as they stand, each translation in the state it has now."""
    copy.original_language = source.original_language
    for name in names:
        for code in settings.CONTENT_LANGUAGES:
            setattr(copy, f"{name}_{code}", getattr(source, f"{name}_{code}"))
    copy.take_versions(source.versions())
