"""Recommendations as rows of a spreadsheet, known by slugs and references."""

from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from regions.models import Country

from .models import Audience, Instrument, PriorityArea, Recommendation, Section


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
    return found


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
        return [find(self.model, self.field, name) for name in wanted]


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
        if text not in {"", "yes", "no", "true", "false", "1", "0"}:
            raise ValueError(_("“%s” is neither yes nor no.") % value)
        return text in {"yes", "true", "1"}

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else ""


class LanguageWidget(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = str(value or settings.LANGUAGE_CODE).strip().lower()
        if text not in settings.CONTENT_LANGUAGES:
            raise ValueError(
                _("“%(value)s” is not one of %(known)s.")
                % {"value": value, "known": ", ".join(settings.CONTENT_LANGUAGES)}
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


class RecommendationResource(resources.ModelResource):
    """An empty reference makes a new draft; a known one updates; all rows or none."""

    reference = column("reference", TextWidget())
    section = column("section", SectionWidget())
    audience = column("audience", TermWidget(Audience, "slug"))
    position = column("position", NumberWidget())
    rank = column("rank", NumberWidget())
    lead = column("lead", YesWidget(), "is_lead")
    original_language = column("original_language", LanguageWidget())
    areas = TagsField("areas", "areas", TermsWidget(PriorityArea, "slug"))
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

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Any, bool]:
        instance, new = super().get_or_init_instance(instance_loader, row)
        asked = str(row.get("reference") or "").strip()
        if new and asked:
            raise ValidationError(
                {
                    "reference": _(
                        "No recommendation has the reference “%s”. "
                        "Leave it empty to make a new one."
                    )
                    % asked
                }
            )
        return instance, new

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["reference"] = str(row.get("reference") or "").strip()

    def after_init_instance(
        self, instance: Any, new: bool, row: Any, **kwargs: Any
    ) -> None:
        """Publishing is done in the admin, by name; a spreadsheet never does it."""
        asked = str(row.get("status") or "").strip()
        if asked and asked != instance.status:
            raise ValidationError(
                {
                    "status": _(
                        "“%(asked)s” is not its status (%(status)s), and an import "
                        "changes none. Publish or withdraw it in the admin."
                    )
                    % {"asked": asked, "status": instance.status}
                }
            )

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance._change_reason = "imported"
