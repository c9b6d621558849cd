"""Paper that comes back, typed in one after the other."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...ballots import candidates, casting, sheets
from ...ballots.forms import SheetForm, TypedForm
from ...ballots.results import ASKED
from ...models import Ballot
from . import pages


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper after the other, without leaving the page."""
    ballot = pages.found(request, pk)
    kept = None
    asks_again = False
    form = TypedForm(ballot, request.POST or None)
    if request.method == "POST" and form.is_valid():
        cells = form.as_cells()
        may_replace = frozenset({1} if form.cleaned_data["replace"] else ())
        try:
            (row,) = sheets.judge(ballot, [cells])
            for trouble in row.troubles:
                form.add_error(trouble.column, trouble.message)
            if row.is_good:
                sheets.bring_in(ballot, [cells], may_replace)
                kept = cells
                again = {n: form.cleaned_data.get(n, "") for n in ASKED}
                form = TypedForm(ballot, initial=again)
        except sheets.Confirm:
            asks_again = True
            form.add_error(
                "replace",
                gettext(
                    "This code has answered before. Tick here if this paper counts instead."
                ),
            )
        except ValidationError as error:
            form.add_error(None, error)
    return show(request, ballot, form, SheetForm(), kept=kept, asks_again=asks_again)


def show(
    request: HttpRequest,
    ballot: Ballot,
    form: TypedForm,
    sheet_form: SheetForm,
    **context: Any,
) -> HttpResponse:
    return pages.show(
        request,
        "paper",
        ballot,
        _("Type paper ballots in"),
        form=form,
        sheet_form=sheet_form,
        turnout=casting.turnout(ballot),
        choices=candidates.in_order(ballot),
        **context,
    )
