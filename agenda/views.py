from django.http import Http404, HttpRequest, HttpResponse


def agenda(request: HttpRequest) -> HttpResponse:
    raise Http404


def priority(request: HttpRequest, reference: str) -> HttpResponse:
    raise Http404
