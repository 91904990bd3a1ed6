"""History: the simulated histories beside what was published."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from fissure import api
from fissure.app.pages import AtDesk, page
from fissure.views.charts import maps
from fissure.views.report.page import sections

router = APIRouter(include_in_schema=False)


@router.get("/")
def start() -> RedirectResponse:
    """The first view."""
    return RedirectResponse("/history", 307)


@router.get("/history")
def history(request: Request, desk: AtDesk, run: str | None = None) -> HTMLResponse:
    """The view of a stored run."""
    stored = desk.run(run)
    if stored is None:
        return page(request, "said", text="no run is stored yet")
    result = api.read_run(stored.folder)
    shown = sections(result.data, result.ledger, result.compared)
    specs = {figure.key: dict(figure.spec) for section in shown for figure in section.figures}
    shared = {"specs": specs, "geography": maps.geography(desk.case)}
    return page(request, "history", shared=shared, sections=shown, run=stored)
