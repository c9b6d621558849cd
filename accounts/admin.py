from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from .models import User


@admin.register(User)
class AccountAdmin(UserAdmin):
    filter_horizontal = (*UserAdmin.filter_horizontal, "regions")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("Facilitator of"), {"fields": ["regions"]}),
    )
