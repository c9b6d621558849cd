"""Ballots for whoever runs them: prepared, opened, printed, typed in, closed, accepted."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from priorities.models import Section
from priorities.ranking import ranking_url
from regions.admin import CuratedAdmin, in_languages

from ..ballots import (
    accepting,
    candidates,
    casting,
    printing,
    reading,
    room,
    sheets,
)
from ..ballots.forms import (
    AcceptForm,
    BallotForm,
    CandidatesForm,
    CodesForm,
    SheetForm,
    TypedForm,
)
from ..ballots.results import ASKED, results
from ..ballots.views import labels_of
from ..models import Ballot, CodeBatch
from ..models.ballots import MOST_CANDIDATES
from ..spreadsheets import Refused

Status = Ballot.Status
SALT = "workshops.ballots.sheet"
KINDS = ("csv", "xlsx")
MOST_SHOWN = 300  # entries to choose a shortlist from on one page
FIXED = [
    field.name
    for field in Ballot._meta.fields
    if field.editable and field.name not in {"id", "closes_at"}
]


@admin.register(Ballot)
class BallotAdmin(CuratedAdmin):
    form = BallotForm
    change_form_template = "admin/workshops/ballots/change_form.html"
    region_path = "region"
    stays = ["closes_at"]
    list_display = ["title", "region", "scope", "method", "status", "closes_at"]
    list_filter = ["status", "edition", "region", "scope"]
    list_select_related = ["region", "edition"]
    search_fields = in_languages("question")
    ordering = ["-pk"]
    radio_fields = {"scope": admin.VERTICAL, "method": admin.VERTICAL}
    fieldsets = [
        (None, {"fields": ["edition", "region", "scope", "section", "audience"]}),
        (_("Question"), {"fields": in_languages("question", "for_whom")}),
        (_("How people answer"), {"fields": ["method", "most", "closes_at"]}),
        (
            _("What people say about themselves"),
            {
                "fields": ["asks_region", "asks_role", "asks_language"],
                "description": _(
                    "Results are read by these groups before they are summed. Nobody has to answer, and groups of fewer than five are never shown."
                ),
            },
        ),
    ]

    # Who sees and changes what.

    def within(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.visible_to(request.user)  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ballots of no region are everybody's to see, and an organiser's to run."""
        user: Any = request.user
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or user.works_everywhere:
            return True
        return obj.region is not None and obj.region.slug in user.region_slugs()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was asked of people stays on record; a draft without codes can go."""
        is_used = obj is not None and (
            obj.status != Status.DRAFT or obj.batches.exists()
        )
        return not is_used and super().has_delete_permission(request, obj)

    def may_accept(self, request: HttpRequest) -> bool:
        return request.user.has_perm("workshops.accept_ballot")

    def found(self, request: HttpRequest, pk: int, to_change: bool = True) -> Ballot:
        """404 for what is not there, and for what one may not do with it, alike."""
        ballot: Ballot = get_object_or_404(
            self.get_queryset(request).select_related(
                "edition", "region", "section", "audience"
            ),
            pk=pk,
        )
        may = self.has_change_permission if to_change else self.has_view_permission
        if not may(request, ballot):
            raise Http404
        return ballot

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        given = super().get_readonly_fields(request, obj)
        if obj is None or obj.status == Status.DRAFT:
            return given
        return [*given, *FIXED, *(["closes_at"] if obj.is_closed() else [])]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        user: Any = request.user
        if db_field.name == "section":
            rows = Section.objects.select_related(
                "regional_forum__region", "regional_forum__edition"
            )
            kwargs["queryset"] = user.within(rows, "regional_forum__region")
        if db_field.name == "audience":
            kwargs["queryset"] = db_field.remote_field.model.objects.current()
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "region" and not user.works_everywhere:
            regions = db_field.remote_field.model.objects
            field.queryset = regions.filter(slug__in=user.region_slugs())
            field.required = True
        return field

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "closes_at" and field is not None:
            said = (_("Closes at: date"), _("Closes at: time"))
            for widget, label in zip(field.widget.widgets, said, strict=True):
                widget.attrs["aria-label"] = label
        return field

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        for field in form.base_fields.values():
            for action in ("add", "change", "delete", "view"):
                if hasattr(field.widget, f"can_{action}_related"):
                    setattr(field.widget, f"can_{action}_related", False)
        return form

    def save_model(
        self, request: HttpRequest, obj: Ballot, form: Any, change: bool
    ) -> None:
        user: Any = request.user
        if not change:
            obj.made_by = user
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Ballot, post_url_continue: Any = None
    ) -> HttpResponse:
        """To what is put to the vote: a ballot is not ready before somebody looked."""
        super().response_add(request, obj, post_url_continue)
        self.fill(request, obj)
        return HttpResponseRedirect(page_of(obj, "candidates"))

    @admin.display(description=_("question"))
    def title(self, ballot: Ballot) -> str:
        return str(ballot)

    # Addresses.

    def get_urls(self) -> list[Any]:
        views: list[tuple[str, str, Any]] = [
            ("candidates/", "candidates", self.candidates),
            ("open/", "open", self.open),
            ("close/", "close", self.close),
            ("tell/", "tell", self.tell),
            ("accept/", "accept", self.accept),
            ("codes/", "codes", self.codes),
            ("codes/<int:batch>/cancel/", "cancel", self.cancel),
            ("paper/", "paper", self.paper),
            ("sheet/", "sheet", require_POST(self.sheet)),
            ("bring/", "bring", require_POST(self.bring)),
            ("blank.<str:kind>", "blank", require_safe(self.blank)),
            ("results/", "results", require_safe(self.results)),
            ("room/", "room", require_safe(self.room)),
            ("room/numbers/", "numbers", require_safe(self.numbers)),
        ]
        own = [
            path(
                f"<int:pk>/{address}",
                self.admin_site.admin_view(view),
                name=f"workshops_ballot_{name}",
            )
            for address, name, view in views
        ]
        return [*own, *super().get_urls()]

    def page(
        self,
        request: HttpRequest,
        template: str,
        ballot: Ballot,
        title: Any,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": ballot,
            "ballot": ballot,
            "title": title,
            **context,
        }
        name = f"admin/workshops/ballots/{template}.html"
        return TemplateResponse(request, name, context, status=status)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if ballot := context.get("original"):
            context |= {
                "ballot": ballot,
                "may_run": self.has_change_permission(request, ballot),
                "may_accept": self.may_accept(request),
                "is_over": ballot.is_closed(),
                "turnout": casting.turnout(ballot),
                "candidate_count": ballot.candidates.count(),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    # What is put to the vote.

    def candidates(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk, to_change=request.method == "POST")
        rows = candidates.in_order(ballot)
        form = CandidatesForm(rows, initial={"state": candidates.state_of(rows)})
        status = 200
        if request.method == "POST":
            if "fill" in request.POST:
                self.fill(request, ballot)
                return HttpResponseRedirect(page_of(ballot, "candidates"))
            if "chosen" in request.POST:
                return self.shortlist(request, ballot)
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
            elif form.is_valid() and self.arranged(request, ballot, form):
                return HttpResponseRedirect(page_of(ballot, "candidates"))
        is_draft = ballot.status == Status.DRAFT
        proposed = candidates.proposed(ballot) if is_draft and not rows else []
        too_many = len(proposed) if len(proposed) > MOST_CANDIDATES else 0
        return self.page(
            request,
            "candidates",
            ballot,
            _("What is put to the vote"),
            status,
            form=form,
            may_change=is_draft and self.has_change_permission(request, ballot),
            too_many=too_many,
            proposed=proposed if 0 < too_many <= MOST_SHOWN else [],
            most=MOST_CANDIDATES,
        )

    def arranged(
        self, request: HttpRequest, ballot: Ballot, form: CandidatesForm
    ) -> bool:
        try:
            with transaction.atomic():
                candidates.arrange(ballot, form.numbers())
                user: Any = request.user
                candidates.put(
                    ballot, candidates.named(form.cleaned_data["more"], user)
                )
        except ValidationError as error:
            form.add_error(None, error)
            return False
        messages.success(request, _("The candidates are saved."))
        return True

    def fill(self, request: HttpRequest, ballot: Ballot) -> None:
        try:
            count = candidates.put(ballot, candidates.proposed(ballot))
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
            return
        if count:
            text = gettext("%s candidates were added.") % count
            messages.success(request, text)
        else:
            messages.warning(request, _("There was nothing to add."))

    def shortlist(self, request: HttpRequest, ballot: Ballot) -> HttpResponse:
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
        return HttpResponseRedirect(page_of(ballot, "candidates"))

    # Steps that cannot be taken back: asked about first.

    def step(
        self,
        request: HttpRequest,
        ballot: Ballot,
        name: str,
        act: Callable[[], None],
        said: Any,
    ) -> HttpResponse:
        title, warning, button = STEPS[name]
        if request.method != "POST":
            return self.page(
                request,
                "step",
                ballot,
                title,
                warning=warning,
                button=button,
                turnout=casting.turnout(ballot),
            )
        try:
            act()
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        else:
            messages.success(request, said)
        return HttpResponseRedirect(page_of(ballot, "change"))

    def open(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk)
        said = _("The ballot is open: codes let people in now.")
        return self.step(request, ballot, "open", ballot.open, said)

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk)
        return self.step(
            request, ballot, "close", ballot.close, _("The ballot is closed.")
        )

    def tell(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk)
        if not self.may_accept(request):
            raise Http404
        said = _("Everybody can read the results now.")
        return self.step(request, ballot, "tell", ballot.tell, said)

    def accept(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk)
        if not self.may_accept(request):
            raise Http404
        try:
            accepting.can_be_accepted(ballot)
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
            return HttpResponseRedirect(page_of(ballot, "change"))
        standing = accepting.standings(ballot, results(ballot))
        form = AcceptForm(standing, request.POST or None)
        if request.method == "POST" and form.is_valid():
            user: Any = request.user
            try:
                accepting.accept(
                    ballot, user, form.cleaned_data["because"], form.ranks()
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("The result is accepted."))
                return HttpResponseRedirect(page_of(ballot, "change"))
        return self.page(request, "accept", ballot, _("Accept the result"), form=form)

    # Codes.

    def codes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The answer to the form is what is printed; nobody can show it again."""
        ballot = self.found(request, pk)
        form = CodesForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                return self.printed(request, ballot, data)
            except ValidationError as error:
                form.add_error(None, error)
        return self.page(
            request,
            "codes",
            ballot,
            _("Codes on paper"),
            form=form,
            batches=ballot.batches.select_related("made_by"),
            turnout=casting.turnout(ballot),
            is_over=ballot.is_closed(),
        )

    @transaction.atomic
    def printed(
        self, request: HttpRequest, ballot: Ballot, data: dict[str, Any]
    ) -> HttpResponse:
        is_paper = data["kind"] == "ballots"
        if is_paper and ballot.status == Status.DRAFT:
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
            "back": page_of(ballot, "codes"),
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

    def cancel(self, request: HttpRequest, pk: int, batch: int) -> HttpResponse:
        ballot = self.found(request, pk)
        rows = ballot.batches.filter(cancelled_at=None)
        found: CodeBatch = get_object_or_404(rows, pk=batch)
        if request.method != "POST":
            title, warning, button = STEPS["cancel"]
            return self.page(
                request,
                "step",
                ballot,
                title,
                warning=warning,
                button=button,
                batch=found,
            )
        rows.filter(pk=batch).update(cancelled_at=timezone.now())
        messages.success(request, _("These codes are cancelled."))
        return HttpResponseRedirect(page_of(ballot, "codes"))

    # Paper that comes back.

    def paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One paper after the other, without leaving the page."""
        ballot = self.found(request, pk)
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
        return self.page(
            request,
            "paper",
            ballot,
            _("Type paper ballots in"),
            form=form,
            kept=kept,
            asks_again=asks_again,
            sheet_form=SheetForm(),
            turnout=casting.turnout(ballot),
            choices=candidates.in_order(ballot),
        )

    def sheet(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a file says, row by row; nothing is written."""
        ballot = self.found(request, pk)
        form = SheetForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                lines = sheets.read(ballot, file, file.name)
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                return self.preview(request, ballot, lines)
        return self.page(
            request,
            "paper",
            ballot,
            _("Type paper ballots in"),
            form=TypedForm(ballot),
            sheet_form=form,
            turnout=casting.turnout(ballot),
            choices=candidates.in_order(ballot),
        )

    def preview(
        self,
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
        return self.page(
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

    def bring(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk)
        try:
            of, told = signing.loads(request.POST.get("sheet", ""), salt=SALT)
        except signing.BadSignature:
            of, told = None, []
        if of != ballot.pk:
            messages.error(request, _("Send the file again, please."))
            return HttpResponseRedirect(page_of(ballot, "paper"))
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
            return self.preview(request, ballot, lines, 409, said)
        text = gettext("%s paper ballots are counted with the rest.") % count
        messages.success(request, text)
        return HttpResponseRedirect(page_of(ballot, "paper"))

    def blank(self, request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
        ballot = self.found(request, pk)
        if kind not in KINDS:
            raise Http404
        return sheets.blank(ballot).answer(kind)

    # What comes of it, and what the hall sees.

    def results(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk, to_change=False)
        found = results(ballot) if ballot.is_closed() else None
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
        return self.page(
            request,
            "results",
            ballot,
            _("Results"),
            results=found,
            may_accept=self.may_accept(request),
            ranking_url=ranking_url(ballot.section_id) if ballot.section_id else "",
            **read,
        )

    def room(self, request: HttpRequest, pk: int) -> HttpResponse:
        ballot = self.found(request, pk, to_change=False)
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
                "numbers_url": page_of(ballot, "numbers"),
                "back": page_of(ballot, "change"),
            }
            name = "admin/workshops/ballots/room.html"
            answer = TemplateResponse(request, name, context)
            answer.render()
        return answer

    def numbers(self, request: HttpRequest, pk: int) -> HttpResponse:
        return JsonResponse(room.numbers(self.found(request, pk, to_change=False)))


CHANGED = _("Somebody changed the candidates meanwhile. Look again, then save.")
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


def page_of(ballot: Ballot, name: str) -> str:
    return reverse(f"admin:workshops_ballot_{name}", args=[ballot.pk])
