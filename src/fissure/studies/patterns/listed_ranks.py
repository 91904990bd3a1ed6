"""Patterns of the ranks: who comes, who goes, what the units do. Criteria in words, reasons and sources."""

from fissure.studies.patterns import ranks
from fissure.studies.patterns.pattern import Part, Pattern

RANKS: tuple[Pattern, ...] = (
    Pattern(
        "i",
        "Foreign arrivals collapse within a year and dry up.",
        "Published arrivals fell from 1,500 to 2,000 a month to 200 to 500, by two thirds at the least. A half leaves "
        "room for the doubt; both figures are of one publisher. The bound of March 2017 is 100 with a doubt of 1.6.",
        ("foreign-inflow-2015-04-cjtf-oir", "foreign-inflow-2016-04-cjtf-oir", "foreign-inflow-2017-03-us-dod"),
        "Arrivals are counted at borders, and to all groups.",
        (
            Part(
                "i1", "individual", "Foreign arrivals halve from spring 2015 to spring 2016.",
                "Foreign recruits a month of March to May 2016 are at most half of those of March to May 2015. Where "
                "there were none the member says nothing.",
                ("spring 2015", "spring 2016"), "persons/month", ("recruits",), ranks.arrivals_halve,
                ("foreign-inflow-2015-04-cjtf-oir", "foreign-inflow-2016-04-cjtf-oir"),
            ),
            Part(
                "i2", "individual", "Foreign arrivals have dried up by early 2017.",
                "Foreign recruits of January to March 2017 are at most 160 a month, in members that had any in spring "
                "2015.",
                ("early 2017", "limit"), "persons/month", ("recruits",), ranks.arrivals_dry_up,
                ("foreign-inflow-2017-03-us-dod",),
            ),
        ),
    ),
    Pattern(
        "j",
        "Foreigners desert at a lower rate than locals.",
        "An article of early 2015 says that at first only locals drew back, another that resentment made Syrians "
        "likelier to leave. No number is given, so the lower rate will do; the first year is the time of the articles.",
        ("S4-10b", "S1-09a", "S1-09b"),
        "The articles say who went, not out of how many.",
        (
            Part(
                "j1", "individual", "In the first year foreigners leave at a lower rate than locals.",
                "Escapes per fighter in the first 52 weeks are fewer among foreigners than among locals. Fewer than "
                "20 escapes say nothing.",
                ("foreigners", "locals"), "per 1,000 a year", ("deserted", "fighters"), ranks.foreigners_leave_less,
            ),
        ),
    ),
    Pattern(
        "k",
        "Pay is cut in the winter of 2015 to 2016.",
        "An order of its treasury halved all pay, and an observer told of 400 and 800 dollars in October 2015 and 200 "
        "and 400 in January 2016. Three quarters is half of that cut, which leaves room for a doubt of 1.6 to 1.8.",
        ("S3-03a", "pay-cut-2015-11-al-tamimi", "pay-local-2015-10-sohr", "pay-local-2016-01-sohr",
         "pay-foreign-2015-10-sohr", "pay-foreign-2016-01-sohr"),
        "The sources put the cut down to strikes and lost oil; the part reads the cut, not its cause.",
        (
            Part(
                "k1", "organisation", "Pay falls by a quarter or more in the winter of 2015 to 2016.",
                "Pay set, mean of locals and foreigners, of January to March 2016 is at most three quarters of that of "
                "September and October 2015.",
                ("pay after, over before", "three quarters"), "ratio", ("pay_usd_month",), ranks.pay_is_cut,
            ),
        ),
    ),
    Pattern(
        "l",
        "Doubt spreads in the ranks in the first year.",
        "The articles of winter and spring tell of followers who question strength, leaders and ways. Without a "
        "number, a fifth is the move that counts, as for grievance (a2).",
        ("S4-07b", "S2-18a", "S2-19b", "S1-06c"),
        "Nobody measured doubt.",
        (
            Part(
                "l1", "individual", "Doubt grows by a fifth from summer 2014 to early 2015.",
                "The mean doubt of fighters in weeks 27 to 39 is at least a fifth above that in weeks 1 to 13.",
                ("weeks 1 to 13", "weeks 27 to 39"), "index", ("doubt", "fighters"), ranks.doubt_grows,
            ),
        ),
    ),
    Pattern(
        "m",
        "Desertion comes in clusters.",
        "Each departure is said to wear down the belief of those who remain. A ratio of variance to mean of 1 is what "
        "independent departures would give.",
        ("S1-10e", "S0-15a"),
        "No source counts departures by unit.",
        (
            Part(
                "m1", "unit or faction", "Desertions cluster in units.",
                "The ratio of variance to mean of escapes over units, scaled to be 1 if fighters left independently, "
                "has a mean above 1 in weeks 27 to 104. Fewer than 20 escapes in two years say nothing.",
                ("variance to mean", "independence"), "ratio", ("desertion_clustering", "deserted"),
                ranks.desertion_clusters,
            ),
        ),
    ),
    Pattern(
        "n",
        "Those who hold the towns are safer from the air.",
        "Pilots are said to hold back over cities, and rural patrols to bear the strikes. No number is given, so the "
        "higher rate will do.",
        ("S1-08c", "S1-08d"),
        "The assault on the cities of 2016 and 2017 came after the article; it is in the run.",
        (
            Part(
                "n1", "unit or faction", "Strikes kill more per fighter at rural posts than at urban ones.",
                "Killed from the air per fighter, over the whole run, are more at rural posts than at urban ones. "
                "Fewer than 20 killed say nothing.",
                ("rural posts", "urban posts"), "per 1,000 a year",
                ("killed_by_strikes_post", "rural_share", "fighters"), ranks.rural_posts_deadlier,
            ),
        ),
    ),
    Pattern(
        "o",
        "Clashes and plots happen, and are rare.",
        "The articles tell of one clash and of plots 'now and then', each as news. What came every fortnight, or every "
        "month with leaders put to death, would have been told as the rule; what never came, not at all.",
        ("S2-06a", "S2-07a", "S4-11b", "S1-11a", "S1-11b", "plot-leaders-executed-2015-06-al-araby"),
        "Reports reach the outside in part only, so the true number is higher than the one told.",
        (
            Part(
                "o1", "unit or faction", "Blocs clash in the first year, but less than once a fortnight.",
                "Clashes between blocs in the first 52 weeks are at least 1 and fewer than 26.",
                ("clashes", "limit"), "events", ("clashes",), ranks.clashes_are_rare,
                ("S2-06a", "S2-07a", "S4-11b"),
            ),
            Part(
                "o2", "unit or faction", "Plots are found out in the first year, but less than once a month.",
                "Plots found out in the first 52 weeks are at least 1 and fewer than 12.",
                ("plots found out", "limit"), "events", ("exposed",), ranks.plots_are_rare,
                ("S1-11a", "S1-11b", "plot-leaders-executed-2015-06-al-araby"),
            ),
        ),
    ),
    Pattern(
        "p",
        "Some of its operations are called off, most are not.",
        "One article tells of a planned attack that was called off, others of attacks that went ahead. 'Most are not' "
        "is read as fewer called off than launched.",
        ("S2-05a", "S2-09a", "S2-11a", "S4-05c"),
        "Nobody counts attacks that did not happen.",
        (
            Part(
                "p1", "war", "Operations are called off, but fewer than are launched.",
                "In the first 52 weeks at least 1 operation of its own is called off, and fewer are than launched. A "
                "member that plans none says nothing.",
                ("called off", "launched"), "events", ("cancelled", "operations"), ranks.few_are_called_off,
            ),
        ),
    ),
)  # fmt: skip
