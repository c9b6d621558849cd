from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from . import concept_views, skos
from .changes import data as changes


class ConceptsConverter(StringConverter):
    regex = "|".join(skos.FORMATS)


register_converter(ConceptsConverter, "concepts")

app_name = "data"
urlpatterns = [
    path("concepts.<concepts:kind>", concept_views.concepts, name="concepts"),
    re_path(r"^changes\.(?P<kind>csv|json)$", changes.changes, name="changes"),
]
