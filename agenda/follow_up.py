from django.http import Http404, HttpRequest, HttpResponse


def progress(request: HttpRequest) -> HttpResponse:
    raise Http404


def solution(request: HttpRequest, pk: int) -> HttpResponse:
    raise Http404
