from django.contrib import admin
from django.urls import path

from . import next_edition, succession

app_name = "curation"
wrapped = admin.site.admin_view
urlpatterns = [
    path(
        "regions/edition/<int:pk>/open-next/",
        wrapped(next_edition.open_next),
        name="open-next",
    ),
    path(
        "priorities/succession/<int:year>/",
        wrapped(succession.page),
        name="succession",
    ),
    path(
        "priorities/succession/<int:year>/decide/",
        wrapped(succession.decide),
        name="decide",
    ),
    path(
        "priorities/succession/<int:year>/take-back/",
        wrapped(succession.take_back),
        name="take-back",
    ),
]
