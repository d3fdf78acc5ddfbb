"""What can be told from a message's characters alone: e-mails, codes, quantities, money, percent.

The rules stand in the order of their priority; a span that one has taken, no later one takes:

1. `email`    "anna@example.com", in lower case
2. `money`    "£50", "50 pounds", "50英镑": "50 GBP"; "under 50", without a currency: "50";
              `bound` is "max" or "min" where the amount is a limit
3. `percent`  "10%", "百分之十": "10"
4. `phone`    "+44 20 7946 0958", "138 1234 5678": digits, after a plus where there was one
5. `number`   with a sign that it is a quantity, however many digits: "2000 x", "x1500", "200个"
6. `code`     order numbers, customer ids, SKUs, in upper case: three or more digits with letters
              ("85123A"), two letters, a hyphen and a digit ("SKU-7"), four or more digits, any
              digit after a "#"
7. `number`   any other whole number of up to three digits or in words, unless it counts time

Money and percent are decimal numbers as text; a number is an int.
"""

from __future__ import annotations

from rasa_project.components.patterns import amounts, codes, contacts, quantities
from rasa_project.components.patterns.rule import Found
from rasa_project.components.text import normalise

__all__ = ["Found", "find"]

_RULES = [
    *contacts.EMAIL,
    *amounts.MONEY,
    *amounts.PERCENT,
    *contacts.PHONE,
    *quantities.MARKED,
    *codes.CODE,
    *quantities.PLAIN,
]


def find(text: str) -> list[Found]:
    """Return the entities in `text` in their order there; no two overlap.

    Takes time linear in the length of the text.
    """
    text = normalise(text)
    found: list[Found] = []
    taken = [False] * len(text)
    for rule in _RULES:
        for one in rule.find(text):
            if not any(taken[one.start : one.end]):
                taken[one.start : one.end] = [True] * (one.end - one.start)
                found.append(one)
    return sorted(found, key=lambda one: one.start)
