from django.urls import path, register_converter
from django.urls.converters import StringConverter

from . import citation_views, citations, feed, picture_views, views
from .api import page as api_page
from .booklet import views as booklets
from .changes.views import changes
from .opendata import views as opendata


class ReferenceConverter(StringConverter):
    regex = "[0-9]{4}-[A-Za-z]{2,5}-[0-9]{3,9}"


class SpreadsheetConverter(StringConverter):
    regex = "csv|xlsx"


class DocumentConverter(StringConverter):
    regex = "pdf|docx|html"


class CitationConverter(StringConverter):
    regex = "|".join(citations.FORMATS)


class PicturedConverter(StringConverter):
    regex = "|".join(picture_views.PICTURED)


register_converter(ReferenceConverter, "reference")
register_converter(SpreadsheetConverter, "spreadsheet")
register_converter(DocumentConverter, "document")
register_converter(CitationConverter, "citation")
register_converter(PicturedConverter, "pictured")

app_name = "priorities"
urlpatterns = [
    path("", views.home, name="home"),
    path("regions/", views.region_list, name="region-list"),
    path("regions/<slug:slug>/", views.region_detail, name="region-detail"),
    path("recommendations/", views.recommendation_list, name="recommendation-list"),
    path(
        "recommendations/<reference:reference>/",
        views.recommendation_detail,
        name="recommendation-detail",
    ),
    path(
        "recommendations/<reference:first>/beside/<reference:second>/",
        views.likeness,
        name="likeness",
    ),
    path(
        "recommendations.<spreadsheet:kind>",
        views.recommendations_download,
        name="recommendations-download",
    ),
    path("areas/", views.area_list, name="area-list"),
    path("areas/<slug:slug>/", views.area_detail, name="area-detail"),
    path("compare/", views.compare, name="compare"),
    path("compare.<spreadsheet:kind>", views.compare_download, name="compare-download"),
    path("matrix/", views.matrix, name="matrix"),
    path("matrix.<spreadsheet:kind>", views.matrix_download, name="matrix-download"),
    path("convergences/", views.convergences, name="convergences"),
    path("selection/", views.selection, name="selection"),
    path(
        "selection.<spreadsheet:kind>",
        views.selection_download,
        name="selection-download",
    ),
    path("booklet/<int:year>/", booklets.booklet, name="booklet"),
    path(
        "booklet/<int:year>.<document:kind>", booklets.booklet_file, name="booklet-file"
    ),
    path("compare.<document:kind>", booklets.compare_file, name="compare-file"),
    path("selection.<document:kind>", booklets.selection_file, name="selection-file"),
    path(
        "recommendations/<reference:reference>.<citation:kind>",
        citation_views.recommendation_citation,
        name="recommendation-citation",
    ),
    path(
        "booklet/<int:year>.<citation:kind>",
        citation_views.edition_citation,
        name="edition-citation",
    ),
    path(
        "pictures/<pictured:kind>/<slug:name>.png",
        picture_views.picture,
        name="picture",
    ),
    path("new.atom", feed.new, name="new"),
    path("changes/", changes, name="changes"),
    path("data/", opendata.page, name="data"),
    path("api/", api_page.documentation, name="api"),
    path("suggestions/", views.suggestions, name="suggestions"),
]
