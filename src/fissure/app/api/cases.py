"""TODO cases."""

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["cases"])
