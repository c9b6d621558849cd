"""What everybody may read of ballots: their results, once they are told."""

from django.http import Http404, HttpRequest, HttpResponse


def ballot_list(request: HttpRequest) -> HttpResponse:
    raise Http404


def results(request: HttpRequest, pk: int) -> HttpResponse:
    raise Http404
