"""TODO runs."""

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["runs"])
