from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from .ballots import views, voting


class FileConverter(StringConverter):
    regex = "csv|json"


register_converter(FileConverter, "ballots")

# What everybody may read, kept by the version of the data.
told = [
    path("ballots/", views.ballot_list, name="list"),
    path("ballots/<int:pk>/", views.results, name="results"),
    path("ballots/<int:pk>.<ballots:kind>", views.ballots_file, name="file"),
]
# What a code opens, kept nowhere.
cast = [path("vote/", voting.vote, name="vote")]

urlpatterns = [
    path("", include((told, "ballots"))),
    path("", include((cast, "voting"))),
]
