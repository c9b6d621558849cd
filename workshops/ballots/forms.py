"""What facilitators and organisers are asked about a ballot."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from regions.conflicts import VersionedForm

from ..models import Ballot, Candidate
from . import codes, sheets
from .accepting import Standing
from .candidates import MOST_NUMBER
from .casting import MOST_CODES
from .printing import OWN_NAMES
from .results import ASKED


class BallotForm(VersionedForm):
    """A list that is put to the vote is of the region and the edition that are named."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        section, region = data.get("section"), data.get("region")
        if section is not None:
            forum = section.regional_forum
            if region is not None and forum.region_id != region.pk:
                self.add_error(
                    "section",
                    gettext("This list is of %(other)s, the ballot of %(region)s.")
                    % {"other": forum.region, "region": region},
                )
            edition = data.get("edition")
            if edition is not None and forum.edition_id != edition.pk:
                self.add_error(
                    "section",
                    gettext("This list is not of the edition %s.") % edition.year,
                )
        return data


class CandidatesForm(forms.Form):
    """The numbers of the candidates; an empty one takes it off the ballot."""

    state = forms.CharField(widget=forms.HiddenInput, required=False)
    more = forms.CharField(
        label=_("Add by hand"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr"}),
        help_text=_(
            "One a line: references such as 2021-MENA-014, or the slugs of priority areas."
        ),
    )

    def __init__(self, rows: Sequence[Candidate], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[f"number_{row.pk}"] = forms.IntegerField(
                label=gettext("Number of %s") % (row.recommendation or row.area),
                min_value=1,
                max_value=MOST_NUMBER,
                required=False,
                initial=row.number,
            )

    def lines(self) -> list[tuple[Candidate, forms.BoundField]]:
        return [(row, self[f"number_{row.pk}"]) for row in self.rows]

    def numbers(self) -> dict[int, int | None]:
        return {row.pk: self.cleaned_data[f"number_{row.pk}"] for row in self.rows}


class CodesForm(forms.Form):
    count = forms.IntegerField(
        label=_("How many people"), min_value=1, max_value=MOST_CODES, initial=30
    )
    label = forms.CharField(
        label=_("For whom"),
        max_length=80,
        required=False,
        help_text=_("A table, a day, a group: to tell the printings apart."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=list(OWN_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Every paper has all that are ticked."),
    )
    kind = forms.ChoiceField(
        label=_("What is printed"),
        choices=[
            ("slips", _("Slips to vote on a phone")),
            ("ballots", _("Paper ballots to fill in by hand")),
        ],
        initial="slips",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].initial = [get_language() or settings.LANGUAGE_CODE]


class TypedForm(forms.Form):
    """One paper ballot, typed in."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "dir": "ltr"}
        ),
    )
    choice = forms.CharField(
        label=_("Choice"),
        max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )

    def __init__(self, ballot: Ballot, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].help_text = how_to_write(ballot)
        for asked in ASKED:
            if getattr(ballot, f"asks_{asked}"):
                self.fields[asked] = forms.ChoiceField(
                    label=sheets.SHOWN[asked],
                    choices=[("", gettext("not said")), *sheets.choices_of(asked)],
                    required=False,
                )
        self.fields["replace"] = forms.BooleanField(
            label=_("It replaces the answer that was given before"), required=False
        )

    def clean_code(self) -> str:
        return codes.read(self.cleaned_data["code"])

    def as_cells(self) -> sheets.Cells:
        said = {name: self.cleaned_data.get(name, "") for name in ASKED}
        return sheets.Cells(
            1, self.cleaned_data["code"], self.cleaned_data["choice"], said
        )


def how_to_write(ballot: Ballot) -> str:
    if ballot.method == Ballot.Method.PAIRS:
        return gettext("Pairs with the preferred one first: 1>2 4>3")
    if ballot.method == Ballot.Method.APPROVAL:
        return gettext("The numbers that are ticked: 3 1 7")
    return gettext("The numbers, the most important first: 3 1 7")


class SheetForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or XLSX."))


class AcceptForm(forms.Form):
    """Why the result holds; and where people left a tie, the order of its entries."""

    because = forms.CharField(
        label=_("Why this result is accepted"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who reads the results reads it too."),
    )

    def __init__(self, standing: Sequence[Standing], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = standing
        for each in standing:
            self.fields[f"rank_{each.entry.pk}"] = forms.IntegerField(
                label=gettext("Rank of %s") % each.entry,
                min_value=1,
                max_value=len(standing),
                required=False,
                initial=each.proposed,
            )

    def lines(self) -> list[tuple[Standing, forms.BoundField]]:
        return [(each, self[f"rank_{each.entry.pk}"]) for each in self.standing]

    def ranks(self) -> dict[int, int | None]:
        return {
            each.entry.pk: self.cleaned_data[f"rank_{each.entry.pk}"]
            for each in self.standing
        }

    def clean_because(self) -> str:
        because: str = self.cleaned_data["because"].strip()
        if not because:
            raise ValidationError(gettext("Say why this result is accepted."))
        return because
