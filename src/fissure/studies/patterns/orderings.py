"""The eight patterns in time of the reference case: what came first, with criteria in words, reasons and sources."""

from fissure.studies.patterns import timing, waves
from fissure.studies.patterns.pattern import Part, Pattern

_MEAN = "Of the mean over 13 weeks:"
_CHANCE = (
    "Over the weeks until nine tenths of the fighters are gone, the correlation (square roots, less the mean of the "
    "year round each week) exceeds that of 19 in 20 circular shifts of the same member by 13 weeks or more."
)

ORDERINGS: tuple[Pattern, ...] = (
    Pattern(
        "a",
        "Services and grievance over pay worsen before ground is lost.",
        "Articles of early 2015 tell of resentment while the ground was mostly held; at the end of that year maps show "
        "a seventh of it lost, the coalition (of populated land) 30%. A fifth lies between, and beyond the 15% that "
        "the publishers of area are in doubt by; it serves for all.",
        ("S0-03b", "S0-05b", "S0-08b", "S1-08a", "S3-03c", "S3-14a", "territory-2015-01-ihs", "territory-2015-12-ihs",
         "territory-lost-2016-01-cjtf-oir"),
        "Nobody measured services or grievance by the week: the articles only say that they had worsened by then.",
        (
            Part(
                "a1", "territory", "Services worsen before ground is lost.",
                f"{_MEAN} services under its rule are a fifth below their highest so far before the ground held is. "
                "Where ground is never lost the member says nothing.",
                ("services a fifth down", "ground a fifth down"), "week", ("services", "territory_km2"),
                timing.services_before_ground,
                ("S3-03c", "S3-14a", "territory-2015-01-ihs", "territory-2015-12-ihs"),
            ),
            Part(
                "a2", "individual", "The grievance of locals grows before ground is lost.",
                f"{_MEAN} the grievance of local fighters (all that they feel unfair, pay with the rest) is a fifth "
                "above its lowest so far before the ground held is a fifth below its highest so far.",
                ("grievance a fifth up", "ground a fifth down"), "week", ("grievance", "fighters", "territory_km2"),
                timing.grievance_before_ground,
                ("S0-05b", "S0-08b", "S1-08a", "territory-2015-01-ihs", "territory-2015-12-ihs"),
            ),
        ),
    ),
    Pattern(
        "b",
        "Locals leave before foreigners, and foreign arrivals fall about a year before the stock of fighters.",
        "An article of early 2015 says that at first only locals drew back. Published arrivals fell from 1,500 to "
        "2,000 a month (April 2015) to 200 to 500 (April 2016) while the stock was still told in the twenty thousands; "
        "about a year is read as a year, halved or doubled. A half lies beyond the doubt of both publishers.",
        ("S4-10b", "S1-09a", "S1-09b", "foreign-inflow-2015-04-cjtf-oir", "foreign-inflow-2016-04-cjtf-oir",
         "fighters-total-2016-02-us-dod", "fighters-total-2016-08-cjtf-oir"),
        "The ledger holds no count of fighters of 2017, when the stock is said to have fallen.",
        (
            Part(
                "b1", "individual", "Locals leave before foreigners.",
                "The week by which a fifth of all the local deserters of the run have got away is before the week by "
                "which a fifth of the foreign ones have. Fewer than 20 of either, or a run of "
                "less than a year, say nothing.",
                ("a fifth of local leavers", "a fifth of foreign leavers"), "week", ("deserted",),
                timing.locals_before_foreigners,
                ("S4-10b", "S1-09a", "S1-09b"),
            ),
            Part(
                "b2", "organisation", "Foreign arrivals fall about a year before the stock.",
                f"{_MEAN} foreign recruits are at half of their highest so far 26 to 104 weeks before all fighters are "
                "at half of theirs. Where the stock never halves the member says nothing.",
                ("arrivals halved", "stock halved"), "week", ("recruits", "fighters"), timing.arrivals_before_stock,
                ("foreign-inflow-2015-04-cjtf-oir", "foreign-inflow-2016-04-cjtf-oir", "fighters-total-2016-02-us-dod",
                 "fighters-total-2016-08-cjtf-oir"),
            ),
        ),
    ),
    Pattern(
        "c",
        "Waves of executions follow failed offensives and do not stop exit.",
        "Around the retreat from Kobani tens were executed to hide the defeat; the defeat is the ground that it cost, "
        "and eight weeks hold the retreat and the executions that are put down to it. Members went on leaving after "
        "the executions of winter 2014: going on is read as at least half as many, since a deterrent that works would "
        "stop most.",
        ("S4-15a", "S4-15b", "S4-15c", "S1-10a", "S1-10d", "S0-15a", "executed-after-kobani-2015-02-s4",
         "own-executed-2014-12-sohr", "own-executed-2015-02-s1", "public-defectors-2015-08-icsr"),
        "The counts of executions are cumulative and months apart, so the waves themselves rest on the articles.",
        (
            Part(
                "c1", "organisation", "Executions follow lost ground.",
                "Executions of members and residents go with the ground lost in the eight weeks before. " + _CHANCE,
                ("correlation", "chance (19 in 20 below)"), "correlation",
                ("executed_members", "executed_residents", "territory_km2", "fighters"), waves.executions_follow_losses,
                ("S4-15a", "S4-15b", "S4-15c", "executed-after-kobani-2015-02-s4"),
            ),
            Part(
                "c2", "individual", "Executions of members do not stop exit.",
                "Over all crests of the executions of members (highest within eight weeks and a fifth above the year "
                "round them), desertion per fighter in the eight weeks after is at least half of that in the eight "
                "weeks before.",
                ("exit after, over before", "half"), "ratio", ("executed_members", "deserted", "fighters"),
                waves.exit_goes_on,
            ),
        ),
    ),
    Pattern(
        "d",
        "Population falls faster than area, and income faster than both.",
        "From January 2015 to March 2016 the published population fell by a third; by July 2016 the area had fallen by "
        "a quarter. From June 2015 to June 2017 income fell by 80%, by when area was 60% down. All falls are measured "
        "from the first half of 2015, when all three were first published, to their half.",
        ("S3-06b", "S3-07b", "residents-2015-01-ihs", "residents-2016-03-ihs", "territory-2015-01-ihs",
         "territory-2016-07-ihs", "territory-2017-06-ihs", "revenue-month-2015-06-ihs", "revenue-month-2017-06-ihs"),
        "The published population is area times the people of before the flight; the model counts those who remain.",
        (
            Part(
                "d1", "territory", "Population falls faster than area.",
                f"{_MEAN} residents under control are at half of their mean of January to June 2015 before the ground "
                "held is at half of its own. Where the ground never halves the member says nothing.",
                ("population halved", "area halved"), "week", ("residents_under_control", "territory_km2"),
                timing.people_before_area,
                ("S3-06b", "S3-07b", "residents-2015-01-ihs", "residents-2016-03-ihs", "territory-2015-01-ihs",
                 "territory-2016-07-ihs"),
            ),
            Part(
                "d2", "organisation", "Income falls faster than both.",
                f"{_MEAN} income of all kinds is at half of its mean of January to June 2015 before either of them is.",
                ("income halved", "area or population halved"), "week",
                ("income_musd", "residents_under_control", "territory_km2"), timing.income_before_both,
                ("territory-2015-01-ihs", "territory-2017-06-ihs", "revenue-month-2015-06-ihs",
                 "revenue-month-2017-06-ihs"),
            ),
        ),
    ),
    Pattern(
        "e",
        "The stock of fighters stays flat for about two years, then falls within months.",
        "Counts of September 2014 to August 2016 overlap. Flat is what their readers could see: a change within the "
        "factor of 1.6 between the ends of the first range (20,000 to 31,500). Months are read as less than a year.",
        ("fighters-total-2014-09-cia", "fighters-total-2015-12-us-dod", "fighters-total-2016-02-us-dod",
         "fighters-total-2016-08-cjtf-oir", "territory-2017-06-ihs", "territory-lost-2017-11-us-envoy"),
        "The ledger holds no count of fighters of 2017; the fall is inferred from the ground lost in that year.",
        (
            Part(
                "e1", "organisation", "The stock stays flat for two years.",
                "The highest mean over 13 weeks of the first 104 weeks is at most 1.575 times the lowest.",
                ("highest over lowest", "limit"), "ratio", ("fighters",), timing.stock_stays_flat,
                ("fighters-total-2014-09-cia", "fighters-total-2015-12-us-dod", "fighters-total-2016-02-us-dod",
                 "fighters-total-2016-08-cjtf-oir"),
            ),
            Part(
                "e2", "organisation", "Then it falls within months.",
                f"{_MEAN} from the last week at half of the highest so far to the first at a tenth are less than 52 "
                "weeks. Where the stock never falls to a tenth the member says nothing.",
                ("weeks from half to a tenth", "a year"), "weeks", ("fighters",), timing.stock_falls_within_months,
                ("territory-2017-06-ihs", "territory-lost-2017-11-us-envoy"),
            ),
        ),
    ),
    Pattern(
        "f",
        "Doctrinal conflict erupts early, and again under losses.",
        "The killings of the winter of 2014 lie in the first year. To erupt is read as at least to double; the second "
        "year is the calm to measure against, and losses begin when a fifth of the ground is gone.",
        ("S2-13a", "S2-14a", "S2-16a", "S4-12a", "S4-12b", "S4-13a", "S4-14b", "S0-16c"),
        "The second eruption, of 2016 and 2017, is later than the articles, which only predict it.",
        (
            Part(
                "f1", "unit or faction", "Doctrinal conflict erupts in the first year.",
                "Members purged or accused and killed, per 1,000 fighters in a half-year: the highest within the first "
                "52 weeks is at least twice the lowest within weeks 53 to 104. Fewer than 20 in the run say nothing.",
                ("worst of the first year", "calmest of the second"), "per 1,000 a half-year", ("killed", "fighters"),
                waves.conflict_erupts_early,
            ),
            Part(
                "f2", "unit or faction", "It erupts again under losses.",
                "After week 104, and once the mean ground held is a fifth below its highest so far, the highest is at "
                "least twice the lowest of weeks 53 to 104.",
                ("worst under losses", "calmest of the second year"), "per 1,000 a half-year",
                ("killed", "fighters", "territory_km2"), waves.conflict_erupts_again,
            ),
        ),
    ),
    Pattern(
        "g",
        "Plots cluster before expected offensives.",
        "A plot in Mosul was reported in June 2015, with an attack on the city awaited. Whoever expects an offensive "
        "sees it gather: those who attack in the eight weeks to come stand for what is expected.",
        ("S1-11a", "S1-11b", "plot-leaders-executed-2015-06-al-araby"),
        "The ledger dates few plots: that they cluster is the reading of accounts of Mosul in 2015 and 2016.",
        (
            Part(
                "g1", "unit or faction", "Plots go before offensives.",
                "Plots begun go with the opponents who attack in the eight weeks after. " + _CHANCE,
                ("correlation", "chance (19 in 20 below)"), "correlation", ("plots", "attackers", "fighters"),
                waves.plots_precede_offensives,
            ),
        ),
    ),
    Pattern(
        "h",
        "Stalemate restores cohesion.",
        "Defeat wears purpose and belief down, so their wear should stop where the ground is still. A quarter of "
        "stalemate moves the ground by less than a twentieth: the least published change between two maps of a quarter "
        "or more was 4% (July to October 2016).",
        ("S1-09d", "S1-10e", "S4-07b", "S0-16c", "territory-2016-07-ihs", "territory-2016-10-ihs"),
        "The articles show that losses loosen the ranks; that stalemate binds them is from Woldemariam (2018), on "
        "other groups.",
        (
            Part(
                "h1", "individual", "Cohesion fares better in stalemate than under losses.",
                "Mean change over quarters of 13 weeks of fighters' wish to leave: lower in those that move the ground "
                "by less than 5% than in those that lose 5% or more. Fewer than two of either say nothing.",
                ("change in stalemate", "change under losses"), "points",
                ("wish_to_leave", "fighters", "territory_km2"), waves.stalemate_holds_them,
                ("S1-09d", "S1-10e", "S4-07b"),
            ),
            Part(
                "h2", "individual", "Cohesion recovers in stalemate.",
                "The mean change of the wish to leave in quarters of stalemate is below zero, in the same members.",
                ("change in stalemate", "no change"), "points", ("wish_to_leave", "fighters", "territory_km2"),
                waves.stalemate_restores,
                ("S1-09d", "S0-16c"),
            ),
        ),
    ),
)  # fmt: skip
