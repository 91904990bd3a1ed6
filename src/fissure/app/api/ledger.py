"""TODO ledger."""

from fastapi import APIRouter

router = APIRouter(prefix="/api", tags=["ledger"])
