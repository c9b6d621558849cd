from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("admin/", include("accounts.urls")),
    path("admin/translations/", include("translations.urls")),
    path("admin/", include("priorities.admin_urls")),
    path("admin/", admin.site.urls),
    path("data/", include("priorities.data_urls")),
    path("id/", include("priorities.concept_urls")),
    *i18n_patterns(path("", include("priorities.urls"))),
]
