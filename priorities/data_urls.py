from django.urls import path, register_converter
from django.urls.converters import StringConverter

from . import concept_views, skos


class ConceptsConverter(StringConverter):
    regex = "|".join(skos.FORMATS)


register_converter(ConceptsConverter, "concepts")

app_name = "data"
urlpatterns = [
    path("concepts.<concepts:kind>", concept_views.concepts, name="concepts"),
]
