from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class ForumAdminSite(admin.AdminSite):
    site_header = _("Forum priorities · curation")
    site_title = _("Curation")
    enable_nav_sidebar = False
    index_title = _("What do you want to work on?")
