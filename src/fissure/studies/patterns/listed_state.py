"""Patterns of the state, its ground and the war: criteria in words, reasons and sources."""

from fissure.studies.patterns import ranks, state
from fissure.studies.patterns.pattern import Part, Pattern

STATE: tuple[Pattern, ...] = (
    Pattern(
        "q",
        "It executes members of its own by the hundred, then fewer.",
        "Two counts of December 2014 are 100 and 120, each with a doubt of 2. The count of June 2015 adds only 23; "
        "since another source has 30 to 40 in February alone, no more than 'fewer' is asked.",
        ("S2-02a", "own-executed-2014-12-s2", "own-executed-2014-12-sohr", "own-executed-2015-06-sohr",
         "own-executed-2015-02-s1"),
        "Secret executions are in no count. The counts are of Syria.",
        (
            Part(
                "q1", "organisation", "About a hundred members are executed in the first half-year.",
                "Members executed by their own leadership in Syria from 30 June to 28 December 2014 are 50 to 240.",
                ("executed", "upper limit"), "persons", ("executed_own",), state.hundred_executed,
                ("S2-02a", "own-executed-2014-12-s2", "own-executed-2014-12-sohr"),
            ),
            Part(
                "q2", "organisation", "Fewer members are executed in the second half-year.",
                "Members executed in Syria from 29 December 2014 to 28 June 2015 are fewer than in the half-year "
                "before. Fewer than 20 in both say nothing.",
                ("first half-year", "second half-year"), "persons", ("executed_own",), state.fewer_executed,
            ),
        ),
    ),
    Pattern(
        "r",
        "Residents are executed many times more often than members, and less often with time.",
        "Of 1,878 counted in December 2014, 120 were members: 15 residents to a member, at least 4 with both doubts. "
        "The same count grew by 2,900 residents in its first year and by 570 in nine months of 2016, a quarter a "
        "month; a half leaves room for what it missed.",
        ("S4-15a", "executed-total-2014-12-sohr", "own-executed-2014-12-sohr", "executed-total-2015-06-sohr",
         "executed-total-2016-01-sohr", "executed-total-2016-10-sohr"),
        "The count is of Syria; that of 2016 does not say where ground was lost.",
        (
            Part(
                "r1", "organisation", "Four times as many residents as members are executed.",
                "Residents executed in Syria from 30 June to 28 December 2014 are at least 4 times the members. Fewer "
                "than 20 of both say nothing.",
                ("residents", "members"), "persons", ("executed_residents", "executed_own"), state.residents_more,
                ("executed-total-2014-12-sohr", "own-executed-2014-12-sohr"),
            ),
            Part(
                "r2", "organisation", "Executions of residents slow down.",
                "Residents executed a month in Syria from 30 January to 29 October 2016 are at most half of those of "
                "the year to 28 June 2015.",
                ("first year", "2016"), "persons/month", ("executed_residents",), state.executions_slow,
                ("executed-total-2015-06-sohr", "executed-total-2016-01-sohr", "executed-total-2016-10-sohr"),
            ),
        ),
    ),
    Pattern(
        "s",
        "The stock of fighters stays within the published range until early 2016.",
        "The lowest and the highest end of three ranges (19,000 and 33,000), with their doubt of 1.25.",
        ("fighters-total-2014-09-cia", "fighters-total-2015-12-us-dod", "fighters-total-2016-02-us-dod"),
        "An article of early 2015 says that only thousands were left; it stands beside as a rival and is not used.",
        (
            Part(
                "s1", "organisation", "The stock of fighters stays within the published range.",
                "Fighters are 15,200 to 41,250 in all weeks from 11 September 2014 to 4 February 2016.",
                ("lowest", "highest"), "persons", ("fighters",), state.stock_in_range,
            ),
        ),
    ),
    Pattern(
        "t",
        "The ranks are turned over: in two years as many are killed as stand in them.",
        "The coalition's 45,000 killed, halved for its doubt, are 22,500; the stock of those two years was published "
        "as 26,000 falling to 17,500.",
        ("killed-2016-08-cjtf-oir", "fighters-total-2014-09-cia", "fighters-total-2016-08-cjtf-oir"),
        "Counts of the dead by one side in a war run high, and nobody counted them all.",
        (
            Part(
                "t1", "organisation", "In two years as many are killed as stand in the ranks.",
                "Killed by strikes and on the ground from 8 August 2014 to 10 August 2016 are at least as many as the "
                "mean number of fighters in those weeks.",
                ("killed", "mean stock"), "persons", ("killed", "fighters"), ranks.turned_over,
            ),
        ),
    ),
    Pattern(
        "u",
        "Oil output falls within months, and goes on falling.",
        "Satellites saw 80,000 barrels a day in July 2014, 56,000 in the second half of that year and 16,000 in 2016. "
        "85% is half of the first fall; a half of the second (71%) leaves room for the doubt of 1.3.",
        ("oil-2014-07-world-bank", "oil-2014-12-world-bank", "oil-2015-12-world-bank", "oil-2016-12-world-bank",
         "S3-03d"),
        "The flares that satellites see tell of output, not of sales.",
        (
            Part(
                "u1", "organisation", "Oil output falls within the first half-year.",
                "Mean output of July to December 2014 is at most 85% of that of July 2014.",
                ("July 2014", "second half of 2014"), "barrels/day", ("oil_bpd",), state.oil_falls_at_once,
                ("oil-2014-07-world-bank", "oil-2014-12-world-bank"),
            ),
            Part(
                "u2", "organisation", "Oil output halves by 2016.",
                "Mean output of 2016 is at most half of that of July to December 2014.",
                ("second half of 2014", "2016"), "barrels/day", ("oil_bpd",), state.oil_halves,
                ("oil-2014-12-world-bank", "oil-2016-12-world-bank"),
            ),
        ),
    ),
    Pattern(
        "v",
        "Those who live under it turn from it.",
        "The articles hold this the chief cause of decline, and expect resistance to spread. Without numbers, a fifth "
        "is the move that counts, as for services (a1).",
        ("S4-03a", "S4-16a", "S1-13g", "S1-14d"),
        "That resistance would spread is what the articles predict, not what they saw.",
        (
            Part(
                "v1", "territory", "Support falls in the first year.",
                "The mean support of ruled residents in weeks 40 to 52 is at least a fifth below that in weeks 1 to "
                "13. Where nobody is ruled by then the member says nothing.",
                ("weeks 1 to 13", "weeks 40 to 52"), "share", ("support", "residents_under_control"),
                state.support_falls, ("S4-03a", "S4-16a"),
            ),
            Part(
                "v2", "territory", "Resistance grows under its rule.",
                "The share of ruled residents in organised resistance in weeks 53 to 104 is at least a fifth above "
                "that in weeks 1 to 26.",
                ("weeks 1 to 26", "weeks 53 to 104"), "share", ("resisters", "residents_under_control"),
                state.resistance_grows, ("S1-13g", "S1-14d"),
            ),
        ),
    ),
    Pattern(
        "w",
        "Iraq is lost before Syria.",
        "By November 2016 it had lost 62% of its peak in Iraq and 30% in Syria. 16 points are half of the difference, "
        "and the doubt of both figures together.",
        ("territory-lost-iraq-2016-11-global-coalition-icsr", "territory-lost-syria-2016-11-global-coalition-icsr"),
        "Both figures are of one party to the war.",
        (
            Part(
                "w1", "territory", "By November 2016 Iraq has lost the larger share.",
                "On 15 November 2016 the share lost of the largest area so far is at least 16 points higher in Iraq "
                "than in Syria.",
                ("Iraq", "Syria"), "share", ("territory_km2",), state.iraq_first,
            ),
        ),
    ),
    Pattern(
        "x",
        "Strikes kill the smaller part.",
        "By summer 2015 an observer counted more than 8,000 killed in Syria, and some 3,100 of them by strikes. "
        "Smaller is read as less than half.",
        ("killed-syria-2015-06-sohr", "killed-by-strikes-syria-2015-08-sohr"),
        "The counts are of Syria; the part reads both countries, for the model keeps causes of death for both only.",
        (
            Part(
                "x1", "war", "Strikes kill fewer than all else.",
                "From 23 September 2014 to 28 June 2015 fewer fighters are killed from the air than in all other ways. "
                "Fewer than 20 killed say nothing.",
                ("from the air", "otherwise"), "persons", ("killed",), state.strikes_smaller_part,
            ),
        ),
    ),
    Pattern(
        "y",
        "Ground is lost slowly, then fast, and the last of it after 2016.",
        "Maps show 90,800 km2 in January 2015 and 60,400 at the end of 2016, 1,300 a month; in November 2017 a "
        "twentieth of the peak was left, 5,300 a month. Twice as fast is half of that ratio. A twentieth is what was "
        "left when the end was announced; a year later it was a hundredth.",
        ("territory-2015-01-ihs", "territory-2016-12-ihs", "territory-2017-06-ihs", "territory-lost-2017-11-us-envoy",
         "territory-lost-2018-11-cjtf-oir"),
        "When and where opponents attack is given to the model; how far they come is not.",
        (
            Part(
                "y1", "territory", "Ground is lost faster in 2017 than before.",
                "Ground lost a month from 1 January to 15 November 2017 is at least twice that of 2015 and 2016.",
                ("2015 and 2016", "2017"), "km2/month", ("territory_km2",), state.losses_speed_up,
                ("territory-2015-01-ihs", "territory-2016-12-ihs", "territory-lost-2017-11-us-envoy"),
            ),
            Part(
                "y2", "war", "The last ground is lost after 2016.",
                "The ground held falls to a twentieth of its highest so far, for the first time, in 2017 or later "
                "within the run. A member that never gets there does not meet it.",
                ("a twentieth left", "1 January 2017"), "week", ("territory_km2",), state.ends_in_2017_or_later,
                ("territory-2017-06-ihs", "territory-lost-2017-11-us-envoy", "territory-lost-2018-11-cjtf-oir"),
            ),
        ),
    ),
)  # fmt: skip
