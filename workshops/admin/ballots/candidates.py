"""What is put to the vote: filled in, arranged, and chosen from when it is too much."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from ...ballots import candidates
from ...ballots.forms import CandidatesForm
from ...models import Ballot
from ...models.ballots import MOST_CANDIDATES
from . import pages

MOST_SHOWN = 300  # entries to choose a shortlist from on one page
CHANGED = _("Somebody changed the candidates meanwhile. Look again, then save.")


def page(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk, to_change=request.method == "POST")
    rows = candidates.in_order(ballot)
    form = CandidatesForm(rows, initial={"state": candidates.state_of(rows)})
    status = 200
    if request.method == "POST":
        if "fill" in request.POST:
            fill(request, ballot)
            return HttpResponseRedirect(pages.address(ballot, "candidates"))
        if "chosen" in request.POST:
            return shortlist(request, ballot)
        form = CandidatesForm(rows, request.POST)
        if request.POST.get("state") != candidates.state_of(rows):
            messages.error(request, CHANGED)
            form = CandidatesForm(
                rows,
                initial={
                    "state": candidates.state_of(rows),
                    "more": request.POST.get("more", ""),
                },
            )
            status = 409
        elif form.is_valid() and arranged(request, ballot, form):
            return HttpResponseRedirect(pages.address(ballot, "candidates"))
    is_draft = ballot.status == Ballot.Status.DRAFT
    proposed = candidates.proposed(ballot) if is_draft and not rows else []
    too_many = len(proposed) if len(proposed) > MOST_CANDIDATES else 0
    return pages.show(
        request,
        "candidates",
        ballot,
        _("What is put to the vote"),
        status,
        form=form,
        may_change=is_draft and pages.may_run(request, ballot),
        too_many=too_many,
        proposed=proposed if 0 < too_many <= MOST_SHOWN else [],
        most=MOST_CANDIDATES,
    )


def arranged(request: HttpRequest, ballot: Ballot, form: CandidatesForm) -> bool:
    try:
        with transaction.atomic():
            candidates.arrange(ballot, form.numbers())
            user: Any = request.user
            candidates.put(ballot, candidates.named(form.cleaned_data["more"], user))
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _("The candidates are saved."))
    return True


def fill(request: HttpRequest, ballot: Ballot) -> None:
    try:
        count = candidates.put(ballot, candidates.proposed(ballot))
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return
    if count:
        text = ngettext("%s candidate was added.", "%s candidates were added.", count)
        messages.success(request, text % count)
    else:
        messages.warning(request, _("There was nothing to add."))


def shortlist(request: HttpRequest, ballot: Ballot) -> HttpResponse:
    """Of too many, those somebody ticked: the ballot is one of a list made by hand."""
    wanted = set(request.POST.getlist("item"))
    items = [item for item in candidates.proposed(ballot) if str(item.pk) in wanted]
    try:
        with transaction.atomic():
            candidates.put(ballot, items)
            ballot.scope = Ballot.Scope.SHORTLIST
            ballot.section = ballot.audience = None
            ballot.step(gettext_noop("shortlist chosen"))
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    return HttpResponseRedirect(pages.address(ballot, "candidates"))
