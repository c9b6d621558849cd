from django.urls import path

from . import follow_up, views

app_name = "agenda"
urlpatterns = [
    path("agenda/", views.agenda, name="agenda"),
    path("agenda/<str:reference>/", views.priority, name="priority"),
    path("progress/", follow_up.progress, name="progress"),
    path("progress.atom", follow_up.feed, name="progress-feed"),
    path("solutions/<int:pk>/", follow_up.solution, name="solution"),
]
