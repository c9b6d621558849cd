from django.urls import path

from .description import openapi
from .views import addresses

app_name = "api"
urlpatterns = [path("openapi.json", openapi, name="description"), *addresses]
