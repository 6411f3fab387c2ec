"""Entries of the catalogue's files: which keys each has, of which type and within which bounds."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from intake_triage.params import NonNegative, OpenShare, Positive, Share
from intake_triage.records.synthetic.classes import N_LEVELS, ROLES, SPECIALTY

N_BANDS = 6
Lasting = Literal["hours", "days", "weeks", "months", "years"]

ByLevel = Annotated[list[NonNegative], Field(min_length=N_LEVELS, max_length=N_LEVELS)]
ByBand = Annotated[list[NonNegative], Field(min_length=N_BANDS, max_length=N_BANDS)]
Rates = dict[str, OpenShare]


class Entry(BaseModel):
    """One entry of a file: every key known, no type coerced, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Phrases(Entry):
    """Ways to say one thing, by register."""

    lay: Annotated[list[str], Field(min_length=1)]
    clinical: Annotated[list[str], Field(min_length=1)]
    short: list[str] = []

    def of(self, register: str) -> list[str]:
        """The phrases of a register; clinical ones where the thing has no abbreviation."""
        return getattr(self, register) or self.clinical


class Vitals(Entry):
    """Typical values at severity 3: shifts from the usual (°C, beats a minute), pain 0 to 10."""

    temperature: float
    heart_rate: float
    pain: Annotated[float, Field(ge=0, le=10)]


class Condition(Entry):
    """A presenting condition.

    Attributes
    ----------
    prevalence : weight among all conditions, before age, sex, season and site
    age : factor by age band
    female : share of women among its patients where both sexes are equally frequent
    severity : weights of the levels 1 … 5
    trend : growth of its prevalence over the two years, 0.2 for +20 %
    routing, child_routing : chances by sub-specialty; the latter under 18, where it differs
    core, further, alarm : chances of complaints at severity 3; an intensity word says something
        about severity only on a core one, and an alarm one is the mark of a severe case
    history : chances of standing illnesses
    """

    prevalence: Positive
    age: ByBand
    female: Share
    severity: ByLevel
    lasting: Lasting
    season: str | None = None
    trend: float = 0.0
    vitals: Vitals
    referred: Share
    routing: dict[str, Share]
    child_routing: dict[str, Share] | None = None
    core: Rates
    further: Rates
    alarm: Rates
    history: Rates

    @model_validator(mode="after")
    def _check_one_place_per_complaint(self) -> "Condition":
        counts = Counter([*self.core, *self.further, *self.alarm])
        repeated = [name for name, count in counts.items() if count > 1]
        if repeated:
            raise ValueError(f"{repeated[0]} stands in two of core, further and alarm")
        return self

    @model_validator(mode="after")
    def _check_routing_sums_to_one(self) -> "Condition":
        for routing in (self.routing, self.child_routing or {}):
            unknown = [name for name in routing if name not in SPECIALTY]
            if unknown:
                raise ValueError(f"unknown sub-specialty {unknown[0]}")
            if routing and abs(sum(routing.values()) - 1) > 1e-9:
                raise ValueError(f"routing sums to {sum(routing.values()):g}, not 1")
        return self


class CourseFamily(Entry):
    """One side of the course: how often its present value and another are named; five values."""

    now: Share
    aside: Share
    values: Annotated[list[Phrases], Field(min_length=N_LEVELS, max_length=N_LEVELS)]


class Course(Entry):
    """The second latent: weights of its levels, and the families of words it speaks through."""

    levels: ByLevel
    families: dict[str, CourseFamily]


class AgeBand(Entry):
    """Ages in whole years, both ends included; the last band holds all that are older."""

    name: str
    low: Annotated[int, Field(ge=0, le=90)]
    high: Annotated[int, Field(ge=0, le=90)]
    share: Positive


class SiteKind(Entry):
    """A kind of site: its share of forms, and its factors on ages and on conditions by file."""

    share: Positive
    ages: ByBand
    specialties: dict[Literal[SPECIALTY], Positive]


class Season(Entry):
    """A yearly wave of prevalence: month of the peak, and its height over the mean."""

    peak: Annotated[int, Field(ge=1, le=12)]
    height: Annotated[float, Field(ge=0, lt=1)]


class Network(Entry):
    seed: Annotated[int, Field(ge=0)]
    sites: Annotated[int, Field(ge=1)]
    first_day: date
    days: Annotated[int, Field(ge=1)]
    age_bands: Annotated[list[AgeBand], Field(min_length=N_BANDS, max_length=N_BANDS)]
    women: Share
    kinds: Annotated[dict[str, SiteKind], Field(min_length=1)]
    seasons: dict[str, Season]

    @model_validator(mode="after")
    def _check_days_lie_in_two_calendar_years(self) -> "Network":
        last_day = self.first_day + timedelta(days=self.days - 1)
        if last_day.year > self.first_day.year + 1:
            raise ValueError("the days must lie within two calendar years")
        return self


class FieldEntry(Entry):
    """A structured entry: how often it is empty at the least and at the worst severity."""

    missing: Annotated[list[Share], Field(min_length=2, max_length=2)]


class NumericEntry(FieldEntry):
    spread: Positive


class TemperatureEntry(NumericEntry):
    usual: float


class HeartRateEntry(NumericEntry):
    usual: ByBand


class DurationEntry(NumericEntry):
    typical: dict[Lasting, Positive]
    told: Share


class ChannelEntry(FieldEntry):
    weights: dict[str, ByLevel]


class PaymentEntry(FieldEntry):
    weights: dict[str, ByBand]


class EstablishedEntry(FieldEntry):
    known: dict[Lasting, Share]


class FieldEntries(Entry):
    """The structured entries of the form."""

    age: FieldEntry
    sex: FieldEntry
    site: FieldEntry
    temperature: TemperatureEntry
    heart_rate: HeartRateEntry
    pain_score: NumericEntry
    duration_days: DurationEntry
    channel: ChannelEntry
    payment: PaymentEntry
    established: EstablishedEntry
    referred: FieldEntry


class ClauseWords(Entry):
    """Cues of a place, that open a clause or close it."""

    before: Phrases
    after: Phrases


class ClauseOrder(Entry):
    """An order of the places, and how common it is over all sites."""

    clauses: Annotated[list[Literal[ROLES]], Field(min_length=len(ROLES), max_length=len(ROLES))]
    weight: Positive


class Wording(Entry):
    """How mentions become words."""

    intensities: dict[Literal["mild", "severe", "sudden"], Phrases]
    clauses: dict[Literal[ROLES], ClauseWords]
    vague: Phrases
    orders: Annotated[list[ClauseOrder], Field(min_length=1)]
    openings: Annotated[list[str], Field(min_length=1)]
    closings: Annotated[list[str], Field(min_length=1)]
    remarks: Annotated[list[str], Field(min_length=1)]
