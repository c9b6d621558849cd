"""Steps that cannot be taken back: asked about first."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from ...ballots import casting
from ...models import Ballot
from . import pages

STEPS = {
    "open": (
        _("Open the ballot"),
        _(
            "From now on codes let people in. What is asked, of whom and how, and the candidates with their numbers, cannot be changed any more; only the closing time can."
        ),
        _("Open it"),
    ),
    "close": (
        _("Close the ballot"),
        _(
            "No answer counts after this, on paper neither: type in first what is still on the table. A closed ballot is not opened again."
        ),
        _("Close it"),
    ),
    "tell": (
        _("Publish the results"),
        _(
            "Everybody can read the results then, and take the anonymous answers to count again. What was read cannot be taken back."
        ),
        _("Publish them"),
    ),
    "cancel": (
        _("Cancel these codes"),
        _(
            "None of these codes lets anybody in any more, and whoever has answered with one cannot change that answer. Answers that were given stay and are counted: nothing leads from a code to an answer, so nobody can take them out."
        ),
        _("Cancel them"),
    ),
}


def ask(
    request: HttpRequest, ballot: Ballot, name: str, **context: Any
) -> HttpResponse:
    title, warning, button = STEPS[name]
    return pages.show(
        request, "step", ballot, title, warning=warning, button=button, **context
    )


def step(
    request: HttpRequest,
    ballot: Ballot,
    name: str,
    act: Callable[[], None],
    said: Any,
) -> HttpResponse:
    if request.method != "POST":
        return ask(request, ballot, name, turnout=casting.turnout(ballot))
    try:
        act()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(pages.address(ballot, "change"))


def open_ballot(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk)
    said = _("The ballot is open: codes let people in now.")
    return step(request, ballot, "open", ballot.open, said)


def close_ballot(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk)
    return step(request, ballot, "close", ballot.close, _("The ballot is closed."))


def tell_results(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk)
    if not pages.may_accept(request):
        raise Http404
    said = _("Everybody can read the results now.")
    return step(request, ballot, "tell", ballot.tell, said)
