"""History as a person sees it."""


def test_draws_what_is_on_the_screen(page, server):
    page.goto(f"{server}/history")
    page.wait_for_selector("[data-drawn] svg path[d]")
    assert page.title().startswith("History")
