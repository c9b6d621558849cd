from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ForumConfig(AppConfig):
    name = "forum"


class AdminConfig(admin_apps.AdminConfig):
    default_site = "forum.admin.ForumAdminSite"
