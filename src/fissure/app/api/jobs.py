"""TODO jobs."""

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["jobs"])
