"""Customer service: what may be changed in the shop's records, and how it is done."""

from analytics.service.changes import Actor, ChangeKind, Plan
from analytics.service.desk import Proposal, ServiceDesk
from analytics.service.policy import ServicePolicy, Who, load_service_policy

__all__ = [
    "Actor",
    "ChangeKind",
    "Plan",
    "Proposal",
    "ServiceDesk",
    "ServicePolicy",
    "Who",
    "load_service_policy",
]
