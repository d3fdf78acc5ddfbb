"""What understanding must know of the dialogue: what is a request, and which are the same."""

from __future__ import annotations

from typing import Final

REFUSED: Final = "nlu_fallback"
"Of a message that is not understood; Rasa's name."
AMBIGUOUS: Final = "nlu_ambiguous"
"Of a message that may mean several things."
TALK: Final = frozenset(
    [
        *("greet", "goodbye", "thank", "affirm", "deny", "stop", "correct", "repeat", "ask_why"),
        *("help", "change_language", "clarify", "inform", "smalltalk", "out_of_scope"),
    ]
)
"Intents that ask nothing of the shop; each other one is a request."
PROBLEMS: Final = frozenset(["payment_issue", "registration_problems", "recover_password"])
"Requests that people make by telling what is wrong."
_ALIKE: Final = (
    ("change_shipping_address", "set_up_shipping_address"),
    ("edit_account", "switch_account"),
    # Which of these it takes, the order tells.
    ("change_order", "exchange_item"),
    ("return_item", "get_refund"),
    ("check_invoice", "get_invoice"),
    ("product_search", "compare_products"),
)
"Requests so near that asking which was meant helps nobody: what is done is shown before it is."
_MATTERS: Final = (
    frozenset(["product_search", "place_order", "request_quote", "ask_price", "negotiate_price"]),
    frozenset(["return_item", "exchange_item", "get_refund"]),
    frozenset(["payment_issue", "get_refund"]),
    frozenset(["change_order", "change_shipping_address"]),
    frozenset(["recover_password", "registration_problems"]),
    frozenset(["create_account", "edit_account", "switch_account"]),
    frozenset(["recommend", "similar_items", "refine_products", "next_best_offer"]),
    frozenset(["refine_products", "product_search"]),
)
'Requests that are one in one message: "We need 80 lamps, what would they cost?"'
_FIRST: Final = {name: names[0] for names in _ALIKE for name in names}


def answered_as(intent: str) -> str:
    """Return one name for all the intents that get the same answer as `intent`."""
    return _FIRST.get(intent, intent)


def one_matter(intent: str, other: str) -> bool:
    """Return whether two requests in one message are one: the second only adds to the first."""
    return answered_as(intent) == answered_as(other) or any(
        {intent, other} <= matter for matter in _MATTERS
    )
