"""TODO why."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from fissure.app.pages import AtDesk, page

router = APIRouter(include_in_schema=False)


@router.get("/why")
def why(request: Request, desk: AtDesk) -> HTMLResponse:
    """The view."""
    return page(request, "said", text="to be written")
