"""The handoff desk over HTTP, for the Rasa server alone: it listens on the loopback interface only.

The public routes are the channels' (rasa_project/channels); they know who asks, and vouch for it
with a signed context.
"""

from actions.desk.routes import desk_routes

__all__ = ["desk_routes"]
