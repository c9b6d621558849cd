from django.urls import include, path

from .ballots import views, voting

# What everybody may read, kept by the version of the data.
told = [
    path("ballots/", views.ballot_list, name="list"),
    path("ballots/<int:pk>/", views.results, name="results"),
]
# What a code opens, kept nowhere.
cast = [path("vote/", voting.vote, name="vote")]

urlpatterns = [
    path("", include((told, "ballots"))),
    path("", include((cast, "voting"))),
]
