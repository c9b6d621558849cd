from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("second-factor/", views.overview, name="second-factor"),
    path("second-factor/set-up/", views.set_up, name="set-up"),
    path("second-factor/verify/", views.verify, name="verify"),
    path("second-factor/recovery-codes/", views.recovery_codes, name="recovery-codes"),
    path("second-factor/remove/", views.remove, name="remove"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
