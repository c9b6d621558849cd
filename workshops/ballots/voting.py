"""The ballot as one person fills it in, found by their code."""

from django.http import Http404, HttpRequest, HttpResponse


def vote(request: HttpRequest) -> HttpResponse:
    raise Http404
