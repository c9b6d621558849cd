from django.contrib import admin
from django.urls import path

from . import views

app_name = "translations"
wrapped = admin.site.admin_view
urlpatterns = [
    path("", wrapped(views.overview), name="overview"),
    path("<str:language>/", wrapped(views.language), name="language"),
    path("<str:language>/file/", wrapped(views.export), name="export"),
    path("<str:language>/file/read/", wrapped(views.preview), name="preview"),
    path("<str:language>/file/bring/", wrapped(views.bring), name="bring"),
    path("<str:language>/text/<path:name>/", wrapped(views.text), name="text"),
]
