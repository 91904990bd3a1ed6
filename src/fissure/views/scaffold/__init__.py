"""Writing the files of something new, ready to fill in."""

from fissure.views.scaffold.mechanism import Made, new_mechanism

__all__ = ["Made", "new_mechanism"]
