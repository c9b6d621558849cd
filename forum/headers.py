from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

View = Callable[[HttpRequest], HttpResponse]

FEATURES = ("camera", "geolocation", "microphone", "payment", "usb")
POLICY = ", ".join(f"{feature}=()" for feature in FEATURES)

PACKED = (
    "application/pdf",
    "application/vnd.openxmlformats",
    "application/zip",
    "image/",
)


class Packing(GZipMiddleware):
    """What is packed already goes out as it is, so that its length is known."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith(PACKED):
            return response
        return super().process_response(request, response)


def permissions_policy(get_response: View) -> View:
    """No page of this site asks for a camera, a place or a payment."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = POLICY
        return response

    return middleware
