"""Many entries changed at once: chosen in the list, looked at on a page of its own, written as one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from regions.keys import is_key
from regions.models import Country

from .models import Audience, Instrument, PriorityArea, Recommendation, Section
from .models.recommendation import RecommendationQuerySet
from .reviewing import tell_assigned

MOST = 5_000  # rows changed at once
NAMED = 20  # references told of those that are left alone
FILTERS = "_changelist_filters"

Rows = Sequence[Recommendation]


@dataclass
class Plan:
    """What would become of the chosen rows."""

    changed: list[Recommendation] = field(default_factory=list)
    lines: list[tuple[str, int]] = field(default_factory=list)  # what, for how many
    left: dict[str, list[str]] = field(default_factory=dict)  # why, and references

    def leave(self, row: Recommendation, why: Any) -> None:
        self.left.setdefault(str(why), []).append(row.reference)

    @property
    def sign(self) -> str:
        """What was shown is what is written: another plan has another sign."""
        keys = [row.pk for row in self.changed]
        return sha256(repr((keys, self.lines)).encode()).hexdigest()

    @property
    def told(self) -> list[tuple[str, int, list[str], int]]:
        """Why, how many, the first of them, and how many more."""
        return [
            (why, len(names), names[:NAMED], max(len(names) - NAMED, 0))
            for why, names in self.left.items()
        ]


class BulkForm(forms.Form):
    """What a change asks; `plan` says what it does and `write` does it."""

    title: Any = ""
    rows = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=100,
        help_text=gettext_lazy("It stands in the history of every entry."),
    )
    field_order = ["rows"]

    def __init__(self, request: HttpRequest, chosen: Rows, *args: Any) -> None:
        super().__init__(*args)
        self.request, self.user = request, cast(Any, request.user)
        self.chosen = chosen
        self.fields["reason"] = self.fields.pop("reason")  # asked last

    def plan(self, rows: Rows, plan: Plan) -> None:
        raise NotImplementedError

    def write(self, plan: Plan) -> None:
        raise NotImplementedError

    @property
    def reason_given(self) -> str:
        reason: str = self.cleaned_data["reason"]
        return reason


class TermsForm(BulkForm):
    """Words of one vocabulary, added to what entries are about or taken away."""

    name = ""
    terms: QuerySet[Any]

    def __init__(self, request: HttpRequest, chosen: Rows, *args: Any) -> None:
        super().__init__(request, chosen, *args)
        self.through: Any = getattr(Recommendation, self.name).through
        self.term = self.through.term_key.partition("__")[0]
        links = self.through.objects.filter(
            recommendation__pk__among=[row.pk for row in chosen]
        )
        self.held: dict[int, list[int]] = {row.pk: [] for row in chosen}
        for pk, key in links.order_by("pk").values_list("recommendation", self.term):
            self.held[pk].append(key)
        carried = {key for keys in self.held.values() for key in keys}
        self.fields["add"] = forms.ModelMultipleChoiceField(
            self.terms.all(),
            label=_("Add"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["take"] = forms.ModelMultipleChoiceField(
            self.terms.filter(pk__in=carried),
            label=_("Take away"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["reason"] = self.fields.pop("reason")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        add, take = set(data.get("add", ())), set(data.get("take", ()))
        if not add and not take and not self.errors:
            raise ValidationError(_("Choose what to add or to take away."))
        if both := add & take:
            raise ValidationError(
                _("“%s” cannot be added and taken away at once.") % both.pop()
            )
        return data

    def plan(self, rows: Rows, plan: Plan) -> None:
        add = {term.pk: str(term) for term in self.cleaned_data["add"]}
        take = {term.pk: str(term) for term in self.cleaned_data["take"]}
        self.wanted: dict[int, list[int]] = {}
        for row in rows:
            held = self.held[row.pk]
            wanted = [key for key in held if key not in take]
            wanted += [key for key in add if key not in held]
            if wanted == held:
                plan.leave(row, _("nothing would change"))
            else:
                self.wanted[row.pk] = wanted
                plan.changed.append(row)
        for names, was, text in (
            (add, False, _("gets “%s”")),
            (take, True, _("loses “%s”")),
        ):
            for key, name in names.items():
                count = sum((key in self.held[pk]) is was for pk in self.wanted)
                plan.lines.append((text % name, count))

    def write(self, plan: Plan) -> None:
        Recommendation.objects.tag_all(
            self.name, self.wanted, self.reason_given, self.user.pk
        )


class AreasForm(TermsForm):
    title = gettext_lazy("Add or take away priority areas")
    name = "areas"
    terms = PriorityArea.objects.filter(parent__isnull=False)


class CountriesForm(TermsForm):
    title = gettext_lazy("Add or take away countries")
    name = "countries"
    terms = Country.objects.all()


class InstrumentsForm(TermsForm):
    title = gettext_lazy("Add or take away instruments and bodies")
    name = "instruments"
    terms = Instrument.objects.all()


class MoveForm(BulkForm):
    title = gettext_lazy("Move to another list or audience")

    section = forms.ModelChoiceField(
        Section.objects.none(),
        label=gettext_lazy("To the end of the list"),
        required=False,
        empty_label=gettext_lazy("each stays in its list"),
        help_text=gettext_lazy(
            "Lists of the same edition. What is moved loses its rank: people ranked it among others."
        ),
    )
    audience = forms.ModelChoiceField(
        Audience.objects.all(),
        label=gettext_lazy("Audience"),
        required=False,
        empty_label=gettext_lazy("each keeps its audience"),
        help_text=gettext_lazy("Concerns are addressed to nobody."),
    )

    def __init__(self, request: HttpRequest, chosen: Rows, *args: Any) -> None:
        super().__init__(request, chosen, *args)
        editions = {row.section.regional_forum.edition_id for row in chosen}
        within = self.user.within(Section.objects.all(), "regional_forum__region")
        own: Any = self.fields["section"]
        own.queryset = (
            within.filter(regional_forum__edition__in=editions)
            .select_related("regional_forum__edition", "regional_forum__region")
            .order_by(
                "-regional_forum__edition__year",
                "regional_forum__region__position",
                "position",
            )
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        section, audience = data.get("section"), data.get("audience")
        if not section and not audience and not self.errors:
            raise ValidationError(_("Choose a list, an audience, or both."))
        if section and audience and section.kind == Section.Kind.CONCERNS:
            raise ValidationError(
                _("A list of concerns is addressed to nobody: choose no audience.")
            )
        return data

    def why_not(self, row: Recommendation) -> str:
        section, audience = self.cleaned_data["section"], self.cleaned_data["audience"]
        if section is None:
            if row.section.kind == Section.Kind.CONCERNS:
                return _("a concern is addressed to nobody")
            return _("it has this audience") if row.audience == audience else ""
        if section.regional_forum.edition_id != row.section.regional_forum.edition_id:
            return _("it belongs to another edition")
        if section == row.section:
            return _("it stands in this list")
        is_concerns = section.kind == Section.Kind.CONCERNS
        has_one = audience or row.audience_id or section.audience_id
        return "" if is_concerns or has_one else _("it needs an audience: choose one")

    def plan(self, rows: Rows, plan: Plan) -> None:
        section, audience = self.cleaned_data["section"], self.cleaned_data["audience"]
        for row in rows:
            if why := self.why_not(row):
                plan.leave(row, why)
            else:
                plan.changed.append(row)
        count = len(plan.changed)
        if section:
            ranked = sum(row.rank is not None for row in plan.changed)
            plan.lines.append((_("goes to the end of “%s”") % section, count))
            plan.lines.append((_("loses its rank"), ranked))
        if section and section.kind == Section.Kind.CONCERNS:
            lost = sum(row.audience_id is not None for row in plan.changed)
            plan.lines.append((_("loses its audience"), lost))
        if audience:
            other = sum(row.audience != audience for row in plan.changed)
            plan.lines.append((_("gets the audience “%s”") % audience, other))

    def write(self, plan: Plan) -> None:
        rows = Recommendation.objects
        section, audience = self.cleaned_data["section"], self.cleaned_data["audience"]
        if section:
            rows.move_all(
                plan.changed, section, audience, self.reason_given, self.user.pk
            )
            return
        for row in plan.changed:
            row.audience = audience
        rows.change_all(plan.changed, self.reason_given, self.user.pk)


def people_of(rows: Rows) -> QuerySet[User]:
    """Those who work on the region of one of these rows at least, and may change it."""
    regions = {row.region for row in rows}
    slugs = {r.slug for region in regions for r in (region, *region.ancestors())}
    backend = "django.contrib.auth.backends.ModelBackend"
    editors = User.objects.with_perm(
        "priorities.change_recommendation", backend=backend
    )
    everywhere = User.objects.with_perm("regions.every_region", backend=backend)
    works = Q(pk__in=everywhere.values("pk")) | Q(regions__slug__in=slugs)
    found: QuerySet[User] = editors.filter(works, is_staff=True).distinct()
    return found.order_by("username")


class AssignForm(BulkForm):
    title = gettext_lazy("Assign to somebody")

    person = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who takes care of them"),
        required=False,
        empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy("People who work on the region of an entry."),
    )

    def __init__(self, request: HttpRequest, chosen: Rows, *args: Any) -> None:
        super().__init__(request, chosen, *args)
        own: Any = self.fields["person"]
        own.queryset = people_of(chosen)

    def plan(self, rows: Rows, plan: Plan) -> None:
        person: User | None = self.cleaned_data["person"]
        own = frozenset() if person is None else person.region_slugs()
        everywhere = person is None or person.works_everywhere
        for row in rows:
            if row.assigned_to_id == (person and person.pk):
                plan.leave(row, _("nothing would change"))
            elif not everywhere and row.region.slug not in own:
                told = _("%(person)s does not work on %(region)s")
                plan.leave(row, told % {"person": person, "region": row.region})
            else:
                plan.changed.append(row)
        told = _("is assigned to %s") % person if person else _("is assigned to nobody")
        plan.lines.append((told, len(plan.changed)))

    def write(self, plan: Plan) -> None:
        for row in plan.changed:
            row.assigned_to = self.cleaned_data["person"]
        Recommendation.objects.change_all(plan.changed, self.reason_given, self.user.pk)
        if person := self.cleaned_data["person"]:
            tell_assigned(self.request, person, len(plan.changed))


FORMS: dict[str, type[BulkForm]] = {
    "areas": AreasForm,
    "countries": CountriesForm,
    "instruments": InstrumentsForm,
    "move": MoveForm,
    "assign": AssignForm,
}


def whole(rows: Any, keys: Iterable[int]) -> list[Recommendation]:
    """The chosen rows in list order; those of one list share their section in memory."""
    found: RecommendationQuerySet = rows.filter(pk__among=keys)
    chosen = list(found.in_list_order())
    sections = Section.objects.select_related(
        "regional_forum__edition", "regional_forum__region", "audience"
    ).in_bulk({row.section_id for row in chosen})
    audiences: dict[int | None, Audience] = {a.pk: a for a in Audience.objects.all()}
    for row in chosen:
        row.section = sections[row.section_id]
        row.audience = audiences.get(row.audience_id)
    return chosen


def keys_of(told: str) -> list[int]:
    keys = [int(key) for key in told.split(",") if is_key(key)]
    return keys[: MOST + 1]


def choose(model_admin: Any, request: HttpRequest, rows: Any, name: str) -> Any:
    """From the list to the page in between; too many stay in the list."""
    keys = list(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        text = _("Up to %(most)s entries can be changed at once: choose fewer.")
        model_admin.message_user(request, text % {"most": MOST}, messages.ERROR)
        return None
    query = request.GET.urlencode()
    chosen = whole(model_admin.get_queryset(request), keys)
    form = FORMS[name](request, chosen)
    form.initial["rows"] = ",".join(map(str, keys))
    return page(model_admin, request, name, form, None, query)


def page(
    model_admin: Any,
    request: HttpRequest,
    name: str,
    form: BulkForm,
    plan: Plan | None,
    query: str,
    status: int = 200,
) -> HttpResponse:
    action = reverse("admin:priorities_recommendation_bulk", args=[name])
    back = reverse("admin:priorities_recommendation_changelist")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": form.title,
        "opts": model_admin.opts,
        "form": form,
        "plan": plan,
        "action": f"{action}?{urlencode({FILTERS: query})}" if query else action,
        "back": f"{back}?{query}" if query else back,
    }
    template = "admin/priorities/recommendation/bulk.html"
    return TemplateResponse(request, template, context, status=status)


@transaction.atomic
def bulk(model_admin: Any, request: HttpRequest, name: str) -> HttpResponse:
    """What would change, and, when that is confirmed, the change itself as one operation."""
    if name not in FORMS or not model_admin.has_change_permission(request):
        raise PermissionDenied
    writes = request.POST.get("do") == "write"
    keys = keys_of(request.POST.get("rows", ""))
    if not keys or len(keys) > MOST:
        raise PermissionDenied
    rows = model_admin.get_queryset(request)
    if writes:
        rows = rows.select_for_update(of=("self",))
    chosen = whole(rows, keys)
    query = request.GET.get(FILTERS, "")
    form = FORMS[name](request, chosen, request.POST)
    if not form.is_valid():
        return page(model_admin, request, name, form, None, query)
    plan = planned(model_admin, request, form)
    if not writes:
        return page(model_admin, request, name, form, plan, query)
    if request.POST.get("shown") != plan.sign:
        told = _("Nothing is changed yet: this is not what was shown. Look again.")
        model_admin.message_user(request, told, messages.WARNING)
        return page(model_admin, request, name, form, plan, query, status=409)
    if plan.changed:
        form.write(plan)
    tell(model_admin, request, plan)
    back = reverse("admin:priorities_recommendation_changelist")
    return HttpResponseRedirect(f"{back}?{query}" if query else back)


def planned(model_admin: Any, request: HttpRequest, form: BulkForm) -> Plan:
    plan = Plan()
    may = []
    for row in form.chosen:
        if model_admin.has_change_permission(request, row):
            may.append(row)
        else:
            told = _("you change drafts alone; this one has the status “%s”")
            plan.leave(row, told % row.get_status_display())
    form.plan(may, plan)
    return plan


def tell(model_admin: Any, request: HttpRequest, plan: Plan) -> None:
    count = len(plan.changed)
    text = ngettext("%d entry is changed.", "%d entries are changed.", count) % count
    level = messages.SUCCESS if count else messages.WARNING
    model_admin.message_user(request, text, level)
    for why, many, names, more in plan.told:
        told = _("%(count)s left as they are: %(why)s (%(references)s)")
        references = _(", ").join(names) + (f" + {more}" if more else "")
        values = {"count": many, "why": why, "references": references}
        model_admin.message_user(request, told % values, messages.WARNING)
