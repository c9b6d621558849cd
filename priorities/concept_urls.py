from django.urls import path, register_converter
from django.urls.converters import StringConverter

from . import concept_views, skos


class SchemeConverter(StringConverter):
    regex = "|".join(skos.SCHEMES)


register_converter(SchemeConverter, "scheme")

app_name = "id"
urlpatterns = [
    path("<scheme:scheme>", concept_views.identified, name="scheme"),
    path("<scheme:scheme>/<slug:slug>", concept_views.identified, name="concept"),
]
