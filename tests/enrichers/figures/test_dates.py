from datetime import date

import pytest

from enrichers.figures.dates import fiscal_month
from enrichers.figures.grammar import find_figures

REFERENCE = date(2024, 7, 10)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "span", "start", "end"),
    [
        ("It began on 2023-05-04.", "2023-05-04", "2023-05-04", "2023-05-04"),
        ("It began on 8 July 2021.", "8 July 2021", "2021-07-08", "2021-07-08"),
        ("It began on Sept. 5, 2021.", "Sept. 5, 2021", "2021-09-05", "2021-09-05"),
        ("It began in June 2020.", "June 2020", "2020-06-01", "2020-06-30"),
        ("It was so in 2019.", "2019", "2019-01-01", "2019-12-31"),
        ("It was so in the 1990s.", "1990s", "1990-01-01", "1999-12-31"),
        ("A law from the 19th century.", "19th century", "1801-01-01", "1900-12-31"),
        ("In nineteen ninety-four it rained.", "nineteen ninety-four", "1994-01-01", "1994-12-31"),
        ("It rose between 2010 and 2015.", "2010 and 2015", "2010-01-01", "2015-12-31"),
        ("It ran from May to July 2020.", "May to July 2020", "2020-05-01", "2020-07-31"),
        ("The summer of 2018 was hot.", "summer of 2018", "2018-06-01", "2018-08-31"),
        ("In Q3 2023 it grew.", "Q3 2023", "2023-07-01", "2023-09-30"),
        ("In the first half of 2022.", "first half of 2022", "2022-01-01", "2022-06-30"),
        ("In fiscal year 2021-22.", "fiscal year 2021-22", "2021-04-01", "2022-03-31"),
        ("He spoke on Tuesday.", "Tuesday", "2024-07-09", "2024-07-09"),
        ("He spoke on Wednesday.", "Wednesday", "2024-07-10", "2024-07-10"),
        ("He will speak on Tuesday.", "Tuesday", "2024-07-16", "2024-07-16"),
        ("A tour starting Friday.", "Friday", "2024-07-12", "2024-07-12"),
        ("He left last Friday.", "last Friday", "2024-07-05", "2024-07-05"),
        ("He left last month.", "last month", "2024-06-01", "2024-06-30"),
        ("He left last week.", "last week", "2024-07-01", "2024-07-07"),
        ("It is so this year.", "this year", "2024-01-01", "2024-12-31"),
        ("He left yesterday.", "yesterday", "2024-07-09", "2024-07-09"),
        ("He left two weeks ago.", "two weeks ago", "2024-06-24", "2024-06-30"),
        ("It was a year earlier.", "a year earlier", "2023-01-01", "2023-12-31"),
        ("He died in December.", "December", "2023-12-01", "2023-12-31"),
        ("It will close by December.", "December", "2024-12-01", "2024-12-31"),
        ("It was delayed until July 20.", "July 20", "2024-07-20", "2024-07-20"),
        ("It fell in early June.", "early June", "2024-06-01", "2024-06-30"),
        ("In the fourth quarter it fell.", "fourth quarter", "2023-10-01", "2023-12-31"),
        ("On Monday, July 8, it fell.", "Monday, July 8", "2024-07-08", "2024-07-08"),
    ],
)
def test_a_date_is_resolved(text: str, span: str, start: str, end: str) -> None:
    figure = find_figures([text], [REFERENCE])[0][0]
    assert (figure.kind, figure.text) == ("date", span)
    assert (str(figure.date_start), str(figure.date_end)) == (start, end)


@pytest.mark.parametrize(
    ("text", "span", "time"),
    [
        ("It shuts at 5 p.m. on Friday.", "5 p.m. on Friday", "17:00"),
        ("On 5 May 2024 at 14:30 it shut.", "5 May 2024 at 14:30", "14:30"),
        ("It shuts at noon Friday.", "noon Friday", "12:00"),
        ("It rose by 0915 GMT.", "0915", "09:15"),
    ],
)
def test_a_time_of_day_joins_its_day(text: str, span: str, time: str) -> None:
    figure = find_figures([text], [REFERENCE])[0][0]
    assert (figure.text, figure.time) == (span, time)


@pytest.mark.parametrize("word", ["Monday", "last month", "June 5", "yesterday", "Q3"])
def test_without_a_day_of_writing_a_relative_date_stays_open(word: str) -> None:
    figure = find_figures([f"He left on {word}."])[0][0]
    assert (figure.kind, figure.date_start, figure.date_end) == ("date", None, None)


def test_the_following_year_counts_from_the_last_full_date() -> None:
    found = find_figures(["He came on May 2, 1995, and left the following year."], [REFERENCE])[0]
    assert (found[1].date_start, found[1].date_end) == (date(1996, 1, 1), date(1996, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["2000 soldiers marched.", "About 1900 were hurt.", "It makes 1200 hp.", "A mass of 1950 kg."],
)
def test_four_digits_that_count_are_no_year(text: str) -> None:
    assert find_figures([text], [REFERENCE])[0][0].kind != "date"


@pytest.mark.parametrize(
    "text", ["It may rain.", "They march on.", "Black Friday came.", "The Sunday Times"]
)
def test_words_that_only_look_like_names_of_time_are_left(text: str) -> None:
    assert find_figures([text], [REFERENCE]) == [[]]


def test_a_month_then_people_is_a_month_and_a_count() -> None:
    found = find_figures(["In May 20 people died."], [REFERENCE])[0]
    assert [(f.kind, f.text) for f in found] == [("date", "May"), ("count", "20")]


def test_a_stated_fiscal_year_is_found() -> None:
    assert fiscal_month("Our financial year begins in July.") == 7
    assert fiscal_month("Our year begins in July.") is None


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("The fiscal year, which ends on March 31, was good.", 4),
        ("The fiscal year ends December 31.", 1),
        ("The company's fiscal year (April to March) was good.", 4),
        ("The new fiscal year, which begins Friday, October 1, is near.", 10),
        ("The financial year, from 1 July to 30 June, was good.", 7),
        ("Exports in the fiscal year 2023-24 rose 5%, mainly in March.", None),
        ("In fiscal year 2024 exports grew from March to May.", None),
        ("In fiscal year 2024, Acme said in May that it grew.", None),
    ],
)
def test_a_fiscal_year_is_stated_by_its_ends_not_by_a_month_nearby(
    text: str, month: int | None
) -> None:
    assert fiscal_month(text) == month


@pytest.mark.parametrize("day", [date.min, date.max, date(2024, 2, 29)])
def test_days_at_the_edge_of_the_calendar_raise_nothing(day: date) -> None:
    text = "last year, next decade, 3000 years ago, last century, next week, tomorrow, Monday, Feb. 29, last winter, next weekend, past decade, last Sunday, will come in March, Q4, next month, year ended Jan. 1, week of Dec. 31, year beginning today, three months to Dec. 31, week ending Jan. 2"
    assert find_figures([text], [day])[0]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Profit for the three months to June 30 fell to $3 million.", date(2024, 4, 1)),
        ("In the nine months ended May 2024 it made $3 million.", date(2023, 9, 1)),
        ("In the two weeks to June 30 it made $3 million.", date(2024, 6, 17)),
        ("It made $3 million in the year ended June 30.", date(2023, 7, 1)),
    ],
)
def test_a_figure_speaks_of_the_whole_of_the_months_that_a_day_ends(text: str, first: date) -> None:
    (money,) = (f for f in find_figures([text], [date(2024, 7, 10)])[0] if f.kind == "money")
    assert money.about_start == first
    assert money.about_end in (date(2024, 6, 30), date(2024, 5, 31))


@pytest.mark.parametrize(
    ("text", "span", "days"),
    [
        ("Sales fell in the first nine months of the year.", "first nine months", 270),
        ("It was so in his first 100 days.", "first 100 days", 100),
        ("It rained in the final two weeks.", "final two weeks", 14),
        ("It rained in the last two weeks.", "last two weeks", 14),
    ],
)
def test_the_word_before_a_counted_span_belongs_to_it(text: str, span: str, days: int) -> None:
    figure = find_figures([text], [REFERENCE])[0][0]
    assert (figure.kind, figure.text) == ("duration", span)
    assert figure.base_value is not None
    assert round(figure.base_value / 86_400) in range(days, days + 5)  # a month is 30.4 days


@pytest.mark.parametrize(
    "text", ["The first three goals.", "Her first two-year term.", "The first 100 metres."]
)
def test_first_before_what_is_no_counted_time_stays_an_ordinal(text: str) -> None:
    figures = find_figures([text], [REFERENCE])[0]
    assert (figures[0].kind, figures[0].text) == ("ordinal", "first")
