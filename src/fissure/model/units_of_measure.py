"""Conversions between the units of parameters and the week of the model."""

WEEKS_A_MONTH = 365.25 / 12 / 7
