"""What comes of a ballot: read, and accepted by whoever answers for the ranking."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from priorities.ranking import ranking_url

from ...ballots import accepting, candidates, reading
from ...ballots.forms import AcceptForm
from ...ballots.results import results
from ...ballots.views import labels_of
from ...models import Ballot
from . import pages


def page(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk, to_change=False)
    found = results(ballot) if ballot.status == Ballot.Status.CLOSED else None
    named = {row.number: row for row in candidates.in_order(ballot)}
    labels = labels_of(request)
    read: dict[str, Any] = (
        {
            "reading": reading.by_group(found, named, labels),
            "agreement": reading.agreement(found, named, labels),
            "total": reading.total(found, named),
        }
        if found
        else {}
    )
    return pages.show(
        request,
        "results",
        ballot,
        _("Results"),
        results=found,
        is_over=ballot.is_over(),
        may_accept=pages.may_accept(request),
        ranking_url=ranking_url(ballot.section_id) if ballot.section_id else "",
        **read,
    )


def accept(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk)
    if not pages.may_accept(request):
        raise Http404
    try:
        accepting.can_be_accepted(ballot)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return HttpResponseRedirect(pages.address(ballot, "change"))
    standing = accepting.standings(ballot, results(ballot))
    form = AcceptForm(standing, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            accepting.accept(ballot, user, form.cleaned_data["because"], form.ranks())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The result is accepted."))
            return HttpResponseRedirect(pages.address(ballot, "change"))
    return pages.show(request, "accept", ballot, _("Accept the result"), form=form)
