"""A made-up case, small enough to spoil in every way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fissure.cases import load_case
from fissure.errors import FissureError

CASE = """\
name: small_war
title: A small war
summary: Two valleys and three weeks.
start: 2001-01-01
weeks: 3
units: 4
slots: 10
countries: [Ruritania]
opponents:
  - {name: the-state, title: The state, country: Ruritania, regime: true, abroad: false, acceptable_low: 0.1, \
acceptable_high: 0.4, numbers_low: 20, numbers: 50, numbers_high: 90, worth_low: 0.1, worth_high: 0.3, \
growth_low: 0.8, growth_high: 2, reason: there must be one, source: none}
blocs:
  - name: home
    title: Home
    origin: local
    country: Ruritania
    share: 1
    doctrine: 0
    doctrine_spread: 0.3
    at_odds_with: [abroad]
    reason: there must be one
    source: none
  - name: abroad
    title: Abroad
    origin: foreign
    share: 1
    doctrine: 0.1
    doctrine_spread: 0.3
    reason: there must be one
    source: none
"""
DISTRICTS = """\
id,name,adm1,country,area_km2,lon,lat,residents,urban_share,constituency_share,start_control,start_control_low,\
start_control_high,oil_bpd,opponent,garrison,garrison_low,garrison_high,border,capital,symbolic,basis
R1,Upper,North,Ruritania,100,20,45,1000,0.5,0.8,0.4,0.2,0.6,0,the-state,50,20,90,,1,1,made up
R2,Lower,North,Ruritania,100,20.5,45,2000,0.2,0.5,0.1,0,0.2,10,the-state,80,20,90,sea,0,0.1,made up
"""
FILES = {
    "case.yaml": CASE,
    "districts.csv": DISTRICTS,
    "neighbours.csv": "a,b\nR1,R2\n",
    "forcing/strikes.csv": "week,country,strikes,low,high,basis\n"
    + "".join(f"2001-01-{day},Ruritania,{n},0,9,made-up\n" for n, day in enumerate(("01", "08", "15"))),
    "forcing/prices.csv": "week,oil_usd_per_barrel,local_per_usd_Ruritania\n"
    + "".join(f"2001-01-{day},25,{n + 2}\n" for n, day in enumerate(("01", "08", "15"))),
    "forcing/condemnations.csv": "date,title,weight,basis\n2001-01-09,A letter,1,made up\n",
    "offensives.csv": (
        "id,title,district,opponent,kind,start,start_doubt_days,strength_low,strength_high,event,basis\n"
        "push,A push,R2,the-state,assault,2001-01-09,2,10,20,,made up\n"
    ),
    "boundaries.geojson": '{"type":"FeatureCollection","features":['
    + ",".join(
        f'{{"type":"Feature","properties":{{"id":"R{n}"}},"geometry":{{"type":"Polygon","coordinates":'
        f"[[[{west},44.9],[{west},45.1],[{west + 0.5},45.1],[{west},44.9]]]}}}}"
        for n, west in ((1, 19.75), (2, 20.25))
    )
    + "]}",
}
OPTIONAL = {
    "forcing/air_forces.csv": (
        "since,country,title,strikes_low,strikes_high,basis\n2001-01-03,Ruritania,Gliders,1,4,made up\n"
    ),
}
Write = Callable[..., Path]


def message(folder: Path) -> str:
    with pytest.raises(FissureError) as caught:
        load_case(folder)
    return str(caught.value).replace(f"{folder}/", "")
