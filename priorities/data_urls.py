"""Open data: addresses without a language, which stay."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from . import concept_views, skos
from .changes import data as changes
from .opendata import views


class ConceptsConverter(StringConverter):
    regex = "|".join(skos.FORMATS)


class YearConverter(StringConverter):
    regex = "[0-9]{4}"


class FormConverter(StringConverter):
    regex = "csv|xlsx|json|jsonl"


register_converter(ConceptsConverter, "concepts")
register_converter(YearConverter, "edition")
register_converter(FormConverter, "form")

app_name = "data"
urlpatterns = [
    path("concepts.<concepts:kind>", concept_views.concepts, name="concepts"),
    re_path(r"^changes\.(?P<kind>csv|json)$", changes.changes, name="changes"),
    path("<edition:year>/everything.zip", views.zipped, name="everything"),
    path("<edition:year>/datapackage.json", views.datapackage, name="datapackage"),
    path("<edition:year>/checksums.txt", views.sums, name="checksums"),
    path("<edition:year>/<slug:name>.<form:kind>", views.table, name="table"),
]
