"""People who take conversations over: called, waiting, speaking, and giving back."""

from analytics.handoff.desk import Call, Called, HandoffDesk
from analytics.handoff.policy import HandoffPolicy, load_handoff_policy
from analytics.handoff.summary import Mood, Summary

__all__ = [
    "Call",
    "Called",
    "HandoffDesk",
    "HandoffPolicy",
    "Mood",
    "Summary",
    "load_handoff_policy",
]
