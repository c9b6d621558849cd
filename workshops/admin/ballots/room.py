"""What the hall sees: the question, the way in, how many have answered."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language, override

from ...ballots import printing, room
from . import pages


def page(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk, to_change=False)
    language = request.GET.get("language") or get_language() or ""
    if language not in room.LANGUAGES:
        raise Http404
    with override(language):
        numbers = room.numbers(ballot)
        context = {
            "ballot": ballot,
            "language": language,
            "languages": printing.OWN_NAMES.items(),
            "next_language": room.next_language(language),
            "numbers": numbers,
            "clock": room.clock(numbers["seconds"]),
            "paper": printing.paper(ballot, language),
            "picture": printing.qr(printing.address(language)),
            "choices": printing.choices(ballot, [language]),
            "numbers_url": pages.address(ballot, "numbers"),
            "back": pages.address(ballot, "change"),
        }
        name = "admin/workshops/ballots/room.html"
        answer = TemplateResponse(request, name, context)
        answer.render()
    return answer


def numbers(request: HttpRequest, pk: int) -> HttpResponse:
    return JsonResponse(room.numbers(pages.found(request, pk, to_change=False)))
