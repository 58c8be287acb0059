"""The key of the site in `app.extensions`, where acceptance scripts look for it; within the house: `web.kit.site`."""

from web.kit.site import KEY

__all__ = ["KEY"]
