"""The bot's replies as Chatwoot's messages: texts, choices, and cards in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_CHARACTERS = 10_000
"Chatwoot takes more, but some of the channels behind it do not."


def rendered(replies: Sequence[Mapping[str, Any]], public_url: str) -> list[dict[str, Any]]:
    """Return the replies to an answer as bodies to post, in their order.

    Args:
        public_url: where customers reach this server; for links to its files.
    """
    return [body for reply in replies for body in _bodies(reply, public_url)]


def _bodies(reply: Mapping[str, Any], public_url: str) -> Iterator[dict[str, Any]]:
    text = str(reply.get("text") or "")
    if buttons := reply.get("buttons"):
        items = [{"title": one["title"], "value": one["payload"]} for one in buttons]
        yield {
            "content": text[:MOST_CHARACTERS],
            "content_type": "input_select",
            "content_attributes": {"items": items},
        }
    elif text:
        yield {"content": text[:MOST_CHARACTERS]}
    if image := reply.get("image"):
        yield {"content": str(image)}
    if card := _card(reply.get("custom") or {}, public_url):
        yield {"content": card[:MOST_CHARACTERS]}


def _card(card: Mapping[str, Any], public_url: str) -> str:
    """Return what a card shows, in words; nothing for one that the text beside it tells whole.

    Chatwoot's own cards need a link or a button each, and its buttons do nothing in the widget.
    """
    kind = card.get("type")
    if kind == "products":
        return "\n".join(
            f"{number}. {item['title']} – {item['price']} {item['currency']}"
            for number, item in enumerate(card.get("items") or [], start=1)
        )
    if kind == "order":
        lines = [f"{line['quantity']} × {line['title']}" for line in card.get("lines") or []]
        head = f"{card['id']} – {card['status_text']} – {card['total']} {card['currency']}"
        return "\n".join([head, *lines])
    if kind == "quote":
        lines = [
            f"{line['quantity']} × {line['title']} – {line['net']} {card['currency']}"
            for line in card.get("lines") or []
        ]
        return "\n".join([f"{card['id']} – {card['total']} {card['currency']}", *lines])
    if kind == "invoice" and str(card.get("url") or "").startswith("/"):
        return f"{public_url}{card['url']}"
    return ""


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message without its form, for a Chatwoot that refuses the form."""
    items = (body.get("content_attributes") or {}).get("items") or []
    choices = [f"{number}. {item['title']}" for number, item in enumerate(items, start=1)]
    return {"content": "\n".join([str(body["content"]), *choices])}
