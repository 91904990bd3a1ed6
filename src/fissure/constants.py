"""Numbers that mean the same everywhere: parts of a year, and the ends of a 90% interval."""

DAYS_A_YEAR = 365.25
WEEKS_A_YEAR = 365.25 / 7
DAYS_A_MONTH = 365.25 / 12
WEEKS_A_MONTH = 365.25 / 12 / 7
QUARTER = 13
"""Weeks of a quarter."""
HALF_YEAR = 26
"""Weeks of half a year."""
YEAR, TWO_YEARS = 52, 104
"""Whole weeks of one year and of two."""

INTERVAL = (0.05, 0.5, 0.95)
"""Quantiles of a 90% interval: its lower end, the median, its upper end."""
Z90 = 1.6448536269514722
"""Half the width of a 90% interval of a normal, in standard deviations: its 95% quantile."""
Z95 = 1.959963984540054
"""The same of a 95% interval."""
