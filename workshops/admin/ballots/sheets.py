"""Paper that comes back as a sheet: looked at row by row, then counted with the rest."""

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ...ballots import sheets
from ...ballots.forms import SheetForm, TypedForm
from ...models import Ballot
from ...spreadsheets import Refused
from . import pages, paper

SALT = "workshops.ballots.sheet"
KINDS = ("csv", "xlsx")


def look(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file says, row by row; nothing is written."""
    ballot = pages.found(request, pk)
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            lines = sheets.read(ballot, file, file.name)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return preview(request, ballot, lines)
    return paper.show(request, ballot, TypedForm(ballot), form)


def preview(
    request: HttpRequest,
    ballot: Ballot,
    lines: list[sheets.Cells],
    status: int = 200,
    trouble: str = "",
) -> HttpResponse:
    rows = sheets.judge(ballot, lines)
    carried = signing.dumps(
        [ballot.pk, [cells.as_json() for cells in lines]], salt=SALT, compress=True
    )
    return pages.show(
        request,
        "preview",
        ballot,
        _("Look before it is counted"),
        status,
        rows=rows,
        wrong=[row for row in rows if not row.is_good],
        good=[row for row in rows if row.is_good],
        replacing=[row for row in rows if row.is_good and row.replaces],
        carried=carried,
        trouble=trouble,
    )


def bring(request: HttpRequest, pk: int) -> HttpResponse:
    ballot = pages.found(request, pk)
    try:
        of, told = signing.loads(request.POST.get("sheet", ""), salt=SALT)
    except signing.BadSignature:
        of, told = None, []
    if of != ballot.pk:
        messages.error(request, _("Send the file again, please."))
        return HttpResponseRedirect(pages.address(ballot, "paper"))
    lines = list(sheets.from_json(told))
    replacing = frozenset(
        int(number)
        for number in request.POST.getlist("replace")
        if number.isdecimal() and len(number) < 7
    )
    only_good = "only_good" in request.POST
    try:
        count = sheets.bring_in(ballot, lines, replacing, only_good)
    except ValidationError as error:
        said = " ".join(error.messages)
        return preview(request, ballot, lines, 409, said)
    text = ngettext(
        "%s paper ballot is counted with the rest.",
        "%s paper ballots are counted with the rest.",
        count,
    )
    messages.success(request, text % count)
    return HttpResponseRedirect(pages.address(ballot, "paper"))


def blank(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    ballot = pages.found(request, pk)
    if kind not in KINDS:
        raise Http404
    return sheets.blank(ballot).answer(kind)
