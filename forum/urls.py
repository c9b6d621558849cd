from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from . import sitemaps, views

listed = [
    path("sitemap.xml", sitemaps.index, name="index"),
    path("sitemap-pages.xml", sitemaps.pages, name="pages"),
    path("sitemap-<int:number>.xml", sitemaps.entries, name="entries"),
]

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("", include((listed, "sitemap"))),
    path("admin/", include("accounts.urls")),
    path("admin/translations/", include("translations.urls")),
    path("admin/", include("priorities.admin_urls")),
    path("admin/", admin.site.urls),
    path("data/", include("priorities.data_urls")),
    path("id/", include("priorities.concept_urls")),
    path("api/v1/", include("priorities.api.urls")),
    *i18n_patterns(
        path("", include("priorities.urls")),
        path("", include("workshops.urls")),
        path("", include("agenda.urls")),
    ),
]
