"""The ballot as one person fills it in, found by their code."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import throttle

from ..models import Ballot, CastBallot
from . import answering, casting, codes, methods
from .answering import Form
from .shown import Shown, by_number, candidates, come_from_several_regions, spoken

LONGEST = 60  # signs of a typed code that are shown again
AGAIN = 5  # seconds after which an answer is sent once more to a busy database


# No token against forged requests: there is no cookie and no session that a foreign page
# could ride on. What lets an answer in is the code alone, and it comes with the answer.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest) -> HttpResponse:
    """What a code opens. It stands in the address: no page may keep it or pass it on."""
    try:
        response = opened(request)
    except OperationalError:
        response = render(request, "503.html", status=503)
        response["Retry-After"] = str(AGAIN)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def opened(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    if request.method != "POST" and "code" not in data:
        return ask(request)
    typed = data.get("code", "")
    try:
        code = codes.read(typed)
    except ValidationError as error:
        return ask(request, typed, error.messages[0], status=400)
    ballot = casting.ballot_of(code)
    if ballot is None:
        return unknown(request, typed)
    if request.method == "POST":
        return take(request, ballot, code)
    return show(request, ballot, code)


def ask(
    request: HttpRequest, typed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    context = {"typed": typed[:LONGEST], "error": error}
    return render(request, "ballots/code.html", context, status=status)


def unknown(request: HttpRequest, typed: str) -> HttpResponse:
    """Only codes that lead nowhere are counted: a whole hall may share one address."""
    attempt = throttle.Attempt(f"ballot codes from {throttle.address(request)}")
    seconds = attempt.seconds_to_wait()
    if seconds:
        said = _(
            "Many codes that do not exist were typed where you are. Look at your paper again, and try in %(minutes)s min. A code that is right always opens its ballot."
        ) % {"minutes": -(-seconds // 60)}
        response = ask(request, typed, said, status=429)
        response["Retry-After"] = str(seconds)
        return response
    said = _(
        "This code is not known, or was cancelled. Look at your paper again, or ask whoever gave it to you."
    )
    return ask(request, typed, said, status=404)


def take(request: HttpRequest, ballot: Ballot, code: str) -> HttpResponse:
    """Keep an answer; what cannot be kept is shown again as it was typed."""
    if not ballot.is_open():
        return show(request, ballot, code, status=409)
    form = answering.typed(Form(ballot, candidates(ballot)), request.POST)
    if form.errors:
        return show(request, ballot, code, form, status=400)
    try:
        casting.cast(code, answering.answer(form))
    except casting.NotOpen:
        ballot.refresh_from_db()
        return show(request, ballot, code, status=409)
    except ValidationError as error:
        form.errors[""] = error.messages[0]
        return show(request, ballot, code, form, status=400)
    asked = {"code": code}
    if answering.has_gaps(form):
        asked["moved"] = "1"
    response = HttpResponse(status=303)
    response["Location"] = f"{reverse('voting:vote')}?{urlencode(asked)}"
    return response


def show(
    request: HttpRequest,
    ballot: Ballot,
    code: str,
    form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The ballot as far as it goes: its question; its form while open; what is kept."""
    found = form.candidates if form else candidates(ballot)
    kept = casting.answer_of(code)
    form = form or Form(ballot, found, answering.filled(ballot, kept))
    context: dict[str, Any] = {
        "ballot": ballot,
        "code": code,
        "spaced": codes.spaced(code),
        "question": spoken(ballot, "question"),
        "for_whom": spoken(ballot, "for_whom"),
        "explanation": methods.explanation(ballot.method, form.most),
        "is_open": ballot.is_open(),
        "is_closed": ballot.is_over(),
        "is_told": Ballot.objects.told().filter(pk=ballot.pk).exists(),
        "is_late": status == 409,
        "is_moved": "moved" in request.GET,
        "is_mixed": come_from_several_regions(found),
        "form": form,
        "kept": kept,
        "said": said(ballot, kept, found),
        "about": about(ballot, kept),
    }
    return render(request, "ballots/vote.html", context, status=status)


def said(
    ballot: Ballot, kept: CastBallot, found: Sequence[Shown]
) -> list[tuple[Shown, Shown | None]]:
    """What is kept, in order; of pairs the preferred one and the other."""
    shown = by_number(found)
    if ballot.method == Ballot.Method.PAIRS:
        return [(shown[one], shown[other]) for one, other in kept.answer or []]
    return [(shown[number], None) for number in kept.answer or []]


def about(ballot: Ballot, kept: CastBallot) -> list[str]:
    """What the person said about themselves."""
    return [
        answers[value]
        for name, answers in answering.asked(ballot).items()
        if (value := getattr(kept, name)) in answers
    ]
