"""axe finds nothing serious on any view, in any light, on a phone or a desk."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browser import watched

from fissure.app.pages import VIEWS

SERIOUS = ("serious", "critical")


def settled(page, address):
    """Open `address` and wait for what is on the screen to be drawn."""
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    drawn(page)
    return answer


def drawn(page):
    """Wait until what has changed is on the screen."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def faults(page):
    """What axe finds that is serious: its rule, and where."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"], "axe looked at nothing"
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


OTHERS = [pytest.param(one, marks=pytest.mark.thorough) for one in VIEWS[1:]]


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.thorough)])
@pytest.mark.parametrize(
    "view",
    [VIEWS[0], *OTHERS],
    ids=lambda view: view.name,
)
def test_axe_finds_nothing_serious(browser, server, view, width):
    look = {"viewport": {"width": width, "height": 844}, "reduced_motion": "reduce"}
    with watched(browser, server, bypass_csp=True, **look) as page:  # axe writes styles that our policy forbids
        settled(page, server + view.path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            drawn(page)
            assert not faults(page), scheme


@pytest.mark.thorough
def test_a_refusal_is_accessible_too(browser, server):
    with watched(browser, server, bypass_csp=True) as page:
        page.expected.append("422")
        assert settled(page, f"{server}/history?run=none").status == 422
        assert not faults(page)


@pytest.mark.thorough
def test_axe_would_find_a_fault(browser, server):
    with watched(browser, server, bypass_csp=True) as page:
        settled(page, f"{server}/evidence")
        page.evaluate("() => { document.querySelector('main').innerHTML += '<input><img src=\"data:,\">'; }")
        assert {"label", "image-alt"} <= {text.split(" ")[0] for text in faults(page)}
