"""A calibration in words, in the terminal and as a page: its own numbers, failures first."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest
from calibrations import calibration_of

from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import quantile
from fissure.present import formatting
from fissure.present.render import html
from fissure.present.render import json as as_json
from fissure.present.render.terminal import lines
from fissure.present.sections import calibration as section
from fissure.present.sections import inference_checks as inference
from fissure.present.sections import learned as words
from fissure.present.sections.calibration import document

COMMAND = "fissure calibrate islamic_state --until 2015-12-31 --members 4000 --seed 7"


@pytest.fixture(scope="module")
def bad(case, ledger):
    return calibration_of(case, ledger, failing=5)


@pytest.fixture(scope="module")
def good(case, ledger):
    return calibration_of(case, ledger, failing=0)


@pytest.fixture(scope="module")
def page(bad, case, ledger):
    return html.render(document(bad, case, ledger, COMMAND, "0.1.0"))


def text_of(page):
    """Its text without scripts, as one line."""
    body = re.sub(r"<(script|style)>.*?</\1>|<script .*?</script>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_moves_are_quantiles_of_the_values_in_their_unit(bad, case):
    priors = {one.name: one.prior.prior for one in parameters_of(case)}
    rows = words.parameter_updates(bad.posterior, case)
    assert len(rows) == 30 and not [row for row in rows if row.name.startswith("bias:")]
    assert [row.contraction for row in rows] == sorted((row.contraction for row in rows), reverse=True)
    for row in rows:
        z = bad.posterior.draws[:, bad.posterior.learned.index(row.name)]
        values = quantile(priors[row.name], z)
        assert np.mean(values < row.posterior.low) == pytest.approx(0.05, abs=0.003)
        assert np.mean(values < row.posterior.high) == pytest.approx(0.95, abs=0.003)
        assert row.contraction == pytest.approx(1 - z.var()) and row.shift == pytest.approx(z.mean())
        if priors[row.name].kind != "uniform":
            assert (row.prior.low, row.prior.high) == pytest.approx((priors[row.name].low, priors[row.name].high))


def test_a_publisher_says_lean_plus_spread_times_its_bias(bad, ledger):
    for one in words.publisher_biases(bad.posterior, bad.items, ledger):
        items = [item for item in bad.items if item.bias == one.bias and item.scale == one.scale]
        assert one.figures == len(items)
        z = np.median(bad.posterior.draws[:, bad.posterior.learned.index(f"bias:{one.bias}")])
        middle = np.mean([item.lean for item in items]) + np.mean([item.spread for item in items]) * z
        assert one.posterior.middle == pytest.approx(np.exp(middle) if one.scale == "factor" else middle)
        assert one.prior.low < one.prior.middle < one.prior.high


@pytest.mark.parametrize(
    ("scale", "ends", "verdict"),
    [
        ("factor", (1.1, 1.5, 2.0), "reports high"),
        ("factor", (0.2, 0.5, 0.9), "reports low"),
        ("factor", (0.9, 1.2, 1.5), "no bias shown"),
        ("points", (0.01, 0.05, 0.09), "reports high"),
        ("points", (-0.09, 0.0, 0.09), "no bias shown"),
    ],
)
def test_a_bias_in_words(scale, ends, verdict):
    at = words.Interval(*ends)
    one = words.PublisherBias("a.b", "A", "b", scale, 1, at, at, at, 0.1)
    assert one.verdict == verdict
    assert ("×" if scale == "factor" else "points") in one.said


def test_failures_come_first_and_say_how_many(bad, good):
    assert [one.holds for one in inference.checks(bad)] == [False] * 4 + [True]
    assert inference.verdict(bad).startswith("4 of 5 checks of the inference fail: parameter recovery, rank")
    assert [one.holds for one in inference.checks(good)] == [True] * 5
    assert inference.verdict(good) == "None of the 5 checks of the inference fails."
    mixed = replace(good, recovery=bad.recovery)
    assert [one.holds for one in inference.checks(mixed)] == [False, False, True, True, True]
    said = {one.name: one.said for one in inference.checks(bad)}
    targets = len(bad.posterior.learned)
    assert f"{(0.55 * 5 + 0.9 * (targets - 5)) / targets:.0%} of the true values over 300" in said["parameter recovery"]
    assert f"of {targets} targets 5 lie outside" in said["parameter recovery"]
    assert f"({targets - 5} of {targets})" in said["rank statistics"]
    inside, every = len(bad.items) - 50, len(bad.items)
    counted = f"{inside} of {every} published figures ({inside / every:.0%})"
    assert counted in said["posterior predictive check"]


def test_nothing_to_compare_is_no_failure_and_no_success(good):
    wide = tuple(replace(one, spread=1.0, abc_spread=1.0) for one in good.agreements)
    checks = {one.name: one for one in inference.checks(replace(good, agreements=wide, predictive=(), items=()))}
    assert checks["second method"].holds is None and checks["posterior predictive check"].holds is None
    assert "nothing to check" in checks["second method"].sign


def test_coverage_over_all_targets_counts_too(good):
    """Each of so few sets can be put down to chance; that all are low cannot."""
    low = tuple(replace(one, covered=0.8) for one in good.recovery.targets)
    found = replace(good, recovery=replace(good.recovery, sets=20, targets=low))
    assert inference.uncovered(found) == []
    assert {one.name: one.holds for one in inference.checks(found)}["parameter recovery"] is False


def test_the_band_of_coverage():
    low, high = inference.band(400)
    assert 0.85 < low < 0.87 and 0.93 < high < 0.95
    assert inference.band(10)[1] == 1.0


@pytest.mark.parametrize(
    ("x", "unit", "said"),
    [(0.00002, "per week", "2 × 10⁻⁵"), (0.25, "share", "25%"), (1234.0, "persons", "1,230"), (0.0, "x", "0"),
     (-0.0000123, "x", "−1.23 × 10⁻⁵"), (0.0000012, "share", "1.2 × 10⁻⁴%")],
)  # fmt: skip
def test_small_values_are_outside_as_zero(x, unit, said):
    assert words.value(x, unit) == said


def test_the_page_tells_the_numbers_of_the_calibration(page, bad, case, ledger):
    HTMLParser().feed(page)
    said = text_of(page)
    for text in (section.fitted(bad), section.learned(bad), inference.verdict(bad), inference.KEY):
        assert text in said
    assert "30 of " in section.learned(bad) and "4,000 simulated histories" in section.fitted(bad)
    for move in words.parameter_updates(bad.posterior, case):
        row = re.search(rf"<tr>(?:(?!</tr>).)*<code>{re.escape(move.name)}</code>.*?</tr>", page, re.DOTALL)[0]
        assert words.between(*move.prior[::2], move.unit) in text_of(row)
        middle, ends = words.value(move.posterior.middle, move.unit), words.between(*move.posterior[::2], move.unit)
        assert f"{middle} ({ends})" in text_of(row)
    for one in words.publisher_biases(bad.posterior, bad.items, ledger):
        row = re.search(rf"<tr>(?:(?!</tr>).)*<code>{re.escape(one.bias)}</code>.*?</tr>", page, re.DOTALL)[0]
        assert words.bias_interval(one.posterior, one.scale) in text_of(row) and one.verdict in text_of(row)
    assert bad.posterior.digest in said and "ab" * 32 in said
    assert "fissure calibrate islamic_state --until 2015-12-31 --members 4000 --seed 7" in said


def test_figures_stand_in_their_own_unit(page, bad):
    for item, one in zip(bad.items, bad.predictive, strict=True):
        row = text_of(re.search(rf'<tr id="check-{re.escape(item.observation.id)}">.*?</tr>', page, re.DOTALL)[0])
        low, high = (np.exp([one.low, one.high])) if item.scale == "factor" else (one.low, one.high)
        assert words.between(low, high, item.observation.unit) in row
        assert formatting.published(item.observation) in row
        assert ("✓ inside" in row) == one.inside
        if not one.inside:
            assert words.gap(item, one) in row and "above" in row


def test_failures_stand_first_on_the_page(page, bad):
    """The furthest figure before all, and variables with more figures outside before those with fewer."""
    missed = re.search(r'<ul class="plain missed">(.*?)</ul>', page, re.DOTALL)[1]
    assert missed.count("<li>") == 50
    far = [one.published - one.high for _, one in inference.outside(bad)]
    assert far == sorted(far, reverse=True)
    assert page.index("missed") < page.index('<section id="learned">')
    section = page[page.index('<section id="predictive">') : page.index('<section id="training">')]
    outside = [(int(a), int(b)) for a, b in re.findall(r"(\d+) of (\d+) outside", section)]
    assert [a / b for a, b in outside] == sorted((a / b for a, b in outside), reverse=True)
    for body in re.findall(r"<tbody>(.*?)</tbody>", section, re.DOTALL):
        verdicts = ["✓" in row for row in re.findall(r'<span class="verdict.*?</span>', body)]
        assert verdicts == sorted(verdicts)


def test_targets_that_fail_are_named(page, bad):
    recovery = page[page.index('<section id="recovery">') : page.index('<section id="second">')]
    second = page[page.index('<section id="second">') : page.index('<section id="predictive">')]
    lists = re.findall(r'<ul class="plain">(.*?)</ul>', recovery, re.DOTALL)
    for name in bad.posterior.learned[:5]:
        assert all(f"<code>{name}</code>" in one for one in lists)
    assert len(lists) == 2 and inference.apart(bad)[0].target in re.search(r"<li>.*?</li>", second, re.DOTALL)[0]


def test_parameters_that_stay_are_listed_with_why(page, bad):
    kept = page[page.index('<section id="kept">') : page.index('<section id="recovery">')]
    left = [one for one in bad.screened if not one.learned]
    assert kept.count('<tr><th scope="row">') == len(left)
    assert f"{len(left)} explain too little" in kept


def test_a_figure_far_out_stays_within_its_picture(bad):
    def places(figure):
        svg = inference.predictive_picture(figure, "x").svg
        median = float(re.search(r'<line x1="([\d.]+)"', svg)[1])
        mark = re.search(r'cx="([\d.]+)"', svg) or re.search(r"rotate\(45 ([\d.]+)", svg)
        return median, float(mark[1])

    far = replace(bad.predictive[0], published=1e6)
    assert places(far)[1] == inference.WIDTH - inference.EDGE
    point = replace(far, low=1.0, median=1.0, high=1.0, published=-3.0)
    assert places(point) == (inference.WIDTH / 2, inference.EDGE)
    median, published = places(bad.predictive[-1])
    assert inference.WIDTH / 4 < median < published < 3 * inference.WIDTH / 4


def test_odd_names_are_escaped(good, case, ledger):
    odd = replace(case, title="A <b>case</b> & [bold]its</script> war")
    item = good.items[0]
    item = replace(item, variable=item.variable.model_copy(update={"title": "<i>Odd</i> </script> [red]area"}))
    name = 'own"<u>'
    posterior = replace(good.posterior, learned=(*good.posterior.learned[:-1], f"bias:{name}"))
    recovery = replace(
        good.recovery, targets=(*good.recovery.targets[:-1], replace(good.recovery.targets[-1], target=f"bias:{name}"))
    )
    far = (replace(good.predictive[0], published=20.0), *good.predictive[1:])
    found = replace(good, items=(item, *good.items[1:]), posterior=posterior, recovery=recovery, predictive=far)
    page = html.render(document(found, odd, ledger, "fissure <calibrate>", "0.1.0"))
    assert not [mark for mark in ("<b>case", "<i>Odd", "<u>", "<calibrate>") if mark in page]
    assert "&lt;i&gt;Odd" in page and "fissure &lt;calibrate&gt;" in page
    assert page.count("</script>") == 3
    assert any("[red]area" in line for line in lines(document(found, odd, ledger, "x", "0.1.0"), width=140))


def test_the_page_is_written_whole_or_not_at_all(good, case, ledger, tmp_path):
    path = html.write(document(good, case, ledger, COMMAND, "0.1.0"), tmp_path / "calibration.html")
    assert path.read_text(encoding="utf-8").endswith("</html>")
    assert [one.name for one in tmp_path.iterdir()] == ["calibration.html"]
    with pytest.raises(FissureError, match="does not exist"):
        html.write(document(good, case, ledger, COMMAND, "0.1.0"), tmp_path / "no" / "calibration.html")


def test_charts_hold_the_numbers(bad):
    rows = inference.coverage_chart(bad.recovery, {})["datasets"]["targets"]
    assert sorted(row["covered"] for row in rows) == sorted(one.covered for one in bad.recovery.targets)
    assert sum(row["where"] == inference.OUTSIDE for row in rows) == 5
    margins = inference.agreement_chart(bad.agreements, {})["datasets"]["margins"]
    assert sum(row["kind"] == inference.APART for row in margins) == len(inference.apart(bad))
    losses = inference.losses_chart(bad.losses)["datasets"]["losses"]
    assert len(losses) == 80 and losses[1]["loss"] == pytest.approx(bad.losses[0][1], rel=1e-4)
    assert inference.losses_chart(((np.nan, 1.0),))["datasets"]["losses"][0]["loss"] is None


@pytest.mark.parametrize("width", [70, 130])
def test_the_terminal_says_the_same(bad, case, ledger, width):
    out = list(lines(document(bad, case, ledger, COMMAND, "0.1.0"), width))
    said = " ".join(" ".join(out).split())
    assert "4 of 5 checks" in said[:300] and max(map(len, out)) <= width
    assert said.index("✗ fails") < said.index("outside their predictive intervals") < said.index("contraction")
    first = words.parameter_updates(bad.posterior, case)[:10]
    for move in first:
        assert move.name in said and words.between(*move.posterior[::2], move.unit).split()[0] in said
    assert "20 more were learned" in said and "and 40 more" in said


def test_the_terminal_puts_failures_before_the_rest(good, bad, case, ledger):
    out = "\n".join(lines(document(replace(good, recovery=bad.recovery), case, ledger, COMMAND, "0.1.0")))
    assert out.index("✗ fails") < out.index("✓ holds")
    assert "outside their predictive intervals" not in out


def test_json_has_the_numbers(bad, case, ledger):
    sections = as_json.render(document(bad, case, ledger, COMMAND, "0.1.0"))["sections"]
    tables = {one["key"]: [block for block in one["blocks"] if block["type"] == "table"] for one in sections}
    first = words.parameter_updates(bad.posterior, case)[0]
    assert tables["learned"][0]["rows"][0]["moved_by"] == first.shift
    assert tables["learned"][0]["rows"][0]["posterior_low"] == first.posterior.low
    assert len(tables["predictive"][0]["rows"]) == len(bad.items)
