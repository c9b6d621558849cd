"""Recommendations as rows of a spreadsheet, known by slugs and references."""

import re
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from import_export import fields, resources, results, widgets

from regions.models import Country

from .citations import LICENCE_ID
from .formats import LINE, UNTOUCHED
from .models import Audience, Instrument, PriorityArea, Recommendation, Section
from .opendata.columns import ORIGIN
from .opendata.recommendations import RECOMMENDATIONS

# As office programs of our languages write what was true or false.
YES = {"yes", "true", "1", "vrai", "verdadero", "صحيح"}
NO = {"no", "false", "0", "faux", "falso", "خطأ"}
# Columns of open data that say where a row belongs: read, never written.
INFORMS = [*(column.name for column in RECOMMENDATIONS.columns), *ORIGIN]
NOT_READ_YET = {"", "original", "draft", "missing"}  # states a new row may claim
STYLED = re.compile(r'<(ins|del) style="[^"]*">')


def nearest(value: str, known: list[str]) -> str:
    """A hint, when something known is close; else nothing."""
    close = get_close_matches(value.casefold(), known, n=1, cutoff=0.6)
    return " " + _("Did you mean “%s”?") % close[0] if close else ""


def find(model: type[Model], field: str, value: str) -> Any:
    """The row a word names. ValueError names the word, and the nearest known one."""
    found = model._default_manager.filter(**{field: value}).first()
    if found is None:
        known = model._default_manager.values_list(field, flat=True)
        raise ValueError(
            _("“%(value)s” is not known.%(hint)s")
            % {"value": value, "hint": nearest(value, list(known))}
        )
    return getattr(found, "merged_into", None) or found


class TermWidget(widgets.Widget):
    """One word of a vocabulary, by its slug."""

    def __init__(self, model: type[Model], field: str) -> None:
        super().__init__()
        self.model, self.field = model, field

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str(value or "").strip()
        return find(self.model, self.field, text) if text else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(getattr(value, self.field)) if value else ""


class TermsWidget(widgets.ManyToManyWidget):
    """Several words of a vocabulary, separated by semicolons."""

    def __init__(self, model: type[Model], field: str) -> None:
        super().__init__(model, separator="; ", field=field)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Any]:
        names = [name.strip() for name in str(value or "").split(";")]
        wanted = [name for name in dict.fromkeys(names) if name]
        found = (find(self.model, self.field, name) for name in wanted)
        return list(dict.fromkeys(found))


class AreasWidget(TermsWidget):
    """Areas, never groups."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Any]:
        areas = super().clean(value, row, **kwargs)
        for area in areas:
            if area.parent_id is None:
                raise ValueError(
                    _("“%s” is a group; choose an area within it.") % area.slug
                )
        return areas


class TagsField(fields.Field):
    """Written by `Recommendation.tag`, so that the history knows of it."""

    def save(
        self, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        instance.tag(**{self.attribute: self.clean(row, **kwargs)})


class SectionWidget(widgets.Widget):
    """A section as `2021/africa/2`: edition, region, its position there."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Section:
        parts = str(value or "").strip().split("/")
        try:
            year, region, position = parts
            return Section.objects.get_by_natural_key(int(year), region, int(position))
        except (ValueError, Section.DoesNotExist):
            raise ValueError(
                _(
                    "“%s” names no section. Write edition/region/position, such as 2021/africa/2."
                )
                % (value or "")
            ) from None

    def render(self, value: Section | None, obj: Any = None, **kwargs: Any) -> str:
        return "/".join(map(str, value.natural_key())) if value else ""


class NumberWidget(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        text = str("" if value is None else value).strip().removesuffix(".0")
        if not text:
            return None
        if not (text.isdecimal() and len(text) <= 5):
            raise ValueError(_("“%s” is not a whole number.") % value)
        return int(text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class YesWidget(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        text = str(value or "").strip().casefold()
        if text not in {"", *YES, *NO}:
            raise ValueError(_("“%s” is neither yes nor no.") % value)
        return text in YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else ""


class LanguageWidget(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = str(value or settings.LANGUAGE_CODE).strip().lower()
        if text not in settings.CONTENT_LANGUAGES:
            raise ValueError(
                _("“%(value)s” is not one of %(known)s.")
                % {"value": value, "known": _(", ").join(settings.CONTENT_LANGUAGES)}
            )
        return text


class TextWidget(widgets.Widget):
    """A text, or NULL: the one spelling of "no text"."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        return str(value or "").strip() or None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value or ""


def column(name: str, widget: widgets.Widget, attribute: str = "") -> fields.Field:
    return fields.Field(attribute or name, name, widget)


class PlainDiff(resources.Diff):
    """Before and after in the preview, coloured by the style sheet and not inline."""

    def as_html(self) -> list[str]:
        return [mark_safe(STYLED.sub(r"<\1>", html)) for html in super().as_html()]


def line_of(row: Any, number: int) -> int:
    return int(row.get(LINE, number + 1))


class SpreadsheetResult(results.Result):
    """Rows by the number a spreadsheet shows: the headings are row 1."""

    def append_invalid_row(self, number: int, row: Any, validation_error: Any) -> None:
        super().append_invalid_row(line_of(row, number), row, validation_error)

    def append_error_row(self, number: int, row: Any, errors: Any) -> None:
        super().append_error_row(line_of(row, number), row, errors)

    def row_errors(self) -> list[tuple[int, Any]]:
        return [
            (line_of(errors[0].row, number), errors)
            for number, errors in super().row_errors()
        ]


def contradictions(
    instance: Recommendation, row: Any, states: dict[str, str]
) -> dict[str, ValidationError]:
    """What a row says beside what is read of it, where that could be meant as a change.

    `states`: of each text, before the row was read.
    """

    def said(name: str) -> str:
        return str(row.get(name) or "").strip()

    wrong: dict[str, ValidationError] = {}
    if instance.section_id:
        section, forum = instance.section, instance.section.regional_forum
        place = {
            "edition": str(forum.edition.year),
            "region": forum.region.slug,
            "kind": section.kind,
        }
        for name, value in place.items():
            if said(name) not in ("", value):
                text = _(
                    "“%(asked)s” contradicts its section (%(value)s). To move it, write another section; else leave this cell empty."
                )
                wrong[name] = ValidationError(
                    text % {"asked": said(name), "value": value}
                )
    for code, state in states.items():
        asked = said(f"state_{code}")
        agrees = asked in ("", state) if instance.pk else asked in NOT_READ_YET
        if not agrees:
            text = _(
                "“%(asked)s” is not the state of this text (%(state)s), and an import changes none. Leave the cell empty, and review the text in the admin."
            )
            told = state if instance.pk else _("new")
            wrong[f"state_{code}"] = ValidationError(
                text % {"asked": asked, "state": told}
            )
    if said("licence") not in ("", LICENCE_ID):
        text = _("Texts here are under %(ours)s, not “%(asked)s”.")
        wrong["licence"] = ValidationError(
            text % {"ours": LICENCE_ID, "asked": said("licence")}
        )
    return wrong


class RecommendationResource(resources.ModelResource):
    """An empty reference makes a new draft; a known one updates; all rows or none."""

    reference = column("reference", TextWidget())
    section = column("section", SectionWidget())
    audience = column("audience", TermWidget(Audience, "slug"))
    position = column("position", NumberWidget())
    rank = column("rank", NumberWidget())
    lead = column("lead", YesWidget(), "is_lead")
    original_language = column("original_language", LanguageWidget())
    areas = TagsField("areas", "areas", AreasWidget(PriorityArea, "slug"))
    countries = TagsField("countries", "countries", TermsWidget(Country, "iso_code"))
    instruments = TagsField(
        "instruments", "instruments", TermsWidget(Instrument, "slug")
    )
    source_page = column("source_page", NumberWidget())
    note = column("note", widgets.CharWidget(allow_blank=True))
    status = fields.Field("status", "status", readonly=True)

    class Meta:
        model = Recommendation
        import_id_fields = ("reference",)
        fields = (
            "reference",
            "section",
            "audience",
            "position",
            "rank",
            "lead",
            "original_language",
            *(f"text_{code}" for code in settings.CONTENT_LANGUAGES),
            "areas",
            "countries",
            "instruments",
            "source_page",
            "note",
            "status",
        )
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        use_transactions = True

    @classmethod
    def widget_from_django_field(cls, f: Any, default: Any = widgets.Widget) -> Any:
        """The text columns, one per content language, are not declared one by one."""
        if f.name.startswith("text_"):
            return TextWidget
        return super().widget_from_django_field(f, default)

    def import_data(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("rollback_on_validation_errors", True)
        return super().import_data(dataset, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Recommendation]:
        return Recommendation.objects.select_related(
            "audience",
            "section__regional_forum__edition",
            "section__regional_forum__region",
        ).prefetch_related("areas", "countries", "instruments")

    @classmethod
    def get_diff_class(cls) -> type[resources.Diff]:
        return PlainDiff

    @classmethod
    def get_result_class(cls) -> type[results.Result]:
        return SpreadsheetResult

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """A column nobody knows, or none that says which row is meant, stops the file."""
        known = [field.column_name for field in self.get_import_fields()] + ["status"]
        read = {*known, *INFORMS, LINE}
        unknown = [name for name in dataset.headers or [] if name not in read]
        if unknown:
            hints = "".join(nearest(str(name), known) for name in unknown)
            raise ValidationError(
                _("Columns nobody knows: %(unknown)s.%(hints)s Known are: %(known)s.")
                % {
                    "unknown": _(", ").join(_("“%s”") % name for name in unknown),
                    "hints": hints,
                    "known": _(", ").join(dict.fromkeys(known)),
                }
            )
        if "reference" not in (dataset.headers or []):
            raise ValidationError(
                _("There is no column “reference”. Add it, empty for new rows.")
            )

        references = [str(value or "").strip() for value in dataset["reference"]]
        told = LINE in (dataset.headers or [])
        lines = dataset[LINE] if told else range(2, len(references) + 2)
        for number, reference in enumerate(references):
            first = references.index(reference)
            if reference and first != number:
                raise ValidationError(
                    _("Rows %(first)s and %(second)s both change %(reference)s.")
                    % {
                        "first": lines[first],
                        "second": lines[number],
                        "reference": reference,
                    }
                )

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        for name in [name for name, value in row.items() if value is UNTOUCHED]:
            del row[name]
        row["reference"] = str(row.get("reference") or "").strip()

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Collect every wrong cell of the row, tags included, before refusing it."""
        errors: dict[str, Any] = {}
        states = {code: instance.state_in(code) for code in settings.CONTENT_LANGUAGES}
        for field in self.get_import_fields():
            try:
                if isinstance(field.widget, widgets.ManyToManyWidget):
                    if field.column_name in row:
                        field.clean(row)
                else:
                    self.import_field(field, instance, row, **kwargs)
            except ValueError as error:
                errors[field.column_name] = ValidationError(str(error))
        asked = row["reference"]
        if asked and instance.pk is None:
            errors["reference"] = ValidationError(
                _(
                    "No recommendation has the reference “%s”. "
                    "Leave it empty to make a new one."
                )
                % asked
            )
        status = str(row.get("status") or "").strip()
        if status and status != instance.status:
            errors["status"] = ValidationError(
                _(
                    "“%(asked)s” is not its status (%(status)s), and an import "
                    "changes none. Publish or withdraw it in the admin."
                )
                % {"asked": status, "status": instance.status}
            )
        errors |= contradictions(instance, row, states)
        if errors:
            raise ValidationError(errors)

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance._change_reason = gettext_noop("imported")
