"""TODO studies."""

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["studies"])
