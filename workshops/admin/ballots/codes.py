"""Codes on paper: made, printed once, and cancelled."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from ...ballots import casting, printing
from ...ballots.forms import CodesForm
from ...models import Ballot, CodeBatch
from . import pages, steps


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer to the form is what is printed; nobody can show it again."""
    ballot = pages.found(request, pk)
    form = CodesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            return printed(request, ballot, data)
        except ValidationError as error:
            form.add_error(None, error)
    return pages.show(
        request,
        "codes",
        ballot,
        _("Codes on paper"),
        form=form,
        batches=ballot.batches.select_related("made_by"),
        turnout=casting.turnout(ballot),
        is_over=ballot.is_over(),
    )


@transaction.atomic
def printed(request: HttpRequest, ballot: Ballot, data: dict[str, Any]) -> HttpResponse:
    is_paper = data["kind"] == "ballots"
    if is_paper and ballot.status == Ballot.Status.DRAFT:
        raise ValidationError(
            gettext(
                "Open the ballot first: its candidates may still change, and paper does not."
            )
        )
    user: Any = request.user
    made = casting.give_out(ballot, data["count"], user, data["label"])
    languages = data["languages"]
    context = {
        "ballot": ballot,
        "papers": [printing.paper(ballot, code) for code in languages],
        "printed": [printing.printed(code, languages[0]) for code in made],
        "label": data["label"],
        "back": pages.address(ballot, "codes"),
    }
    if is_paper:
        context |= {
            "choices": printing.choices(ballot, languages),
            "asked": printing.asked(ballot, languages),
            "pairs": printing.pairs(ballot),
            "lines": range(1, printing.most_of(ballot) + 1),
        }
    name = f"admin/workshops/ballots/{data['kind']}.html"
    with override(languages[0]):
        answer = TemplateResponse(request, name, context)
        answer.render()
    return answer


def cancel(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    ballot = pages.found(request, pk)
    rows = ballot.batches.filter(cancelled_at=None)
    found: CodeBatch = get_object_or_404(rows, pk=batch)
    if request.method != "POST":
        return steps.ask(request, ballot, "cancel", batch=found)
    rows.filter(pk=batch).update(cancelled_at=timezone.now())
    messages.success(request, _("These codes are cancelled."))
    return HttpResponseRedirect(pages.address(ballot, "codes"))
